package dev.weft.server.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.door.DoorDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the file of a door may replace and take away: nothing but its like. */
class DoorFileTest {
    @TempDir Path directory;

    private Path path() {
        return directory.resolve("door");
    }

    @ParameterizedTest
    @ValueSource(strings = {"door", "door.new"})
    void shouldLeaveAnotherFileAlone(final String name) throws IOException {
        final Path other = directory.resolve(name);
        Files.writeString(other, "precious, and longer than a magic");
        assertThatThrownBy(() -> DoorFile.create(path(), 1, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is another file: " + other);
        assertThat(other).hasContent("precious, and longer than a magic");
        Files.delete(other);
        Files.createDirectory(other);
        assertThatThrownBy(() -> DoorFile.create(path(), 1, null))
                .hasMessageContaining("there is another file: " + other);
        Files.delete(other);
        Files.createSymbolicLink(other, Path.of("elsewhere"));
        assertThatThrownBy(() -> DoorFile.create(path(), 1, null))
                .hasMessageContaining("there is another file: " + other);
    }

    @Test
    void shouldReplaceWhatAKilledServerLeft() throws IOException {
        final DoorFile killed = DoorFile.create(path(), 1, null);
        killed.close();
        Files.move(path(), directory.resolve("door.new"));
        Files.createFile(path());
        final DoorFile file = DoorFile.create(path(), 2, null);
        assertThat(file.header().getLong(DoorDescriptor.GENERATION_OFFSET)).isEqualTo(2);
        assertThat(path()).hasSize(DoorDescriptor.FILE_LENGTH);
        assertThat(directory.resolve("door.new")).doesNotExist();
        file.delete();
        assertThat(path()).doesNotExist();
        file.close();
    }

    @Test
    void shouldReplaceItsOwnWhateverHasBecomeOfIt() throws IOException {
        final DoorFile first = DoorFile.create(path(), 1, null);
        Files.writeString(path(), "nonsense of a publisher");
        assertThatThrownBy(() -> DoorFile.create(path(), 2, null))
                .hasMessageContaining("there is another file");
        final DoorFile second = DoorFile.create(path(), 2, first);
        assertThat(second.isWhole()).isTrue();
        first.close();
        second.close();
    }

    @Test
    void shouldNotTakeAwayTheFileOfAnother() throws IOException {
        final DoorFile file = DoorFile.create(path(), 1, null);
        final DoorFile other = DoorFile.create(path(), 2, null);
        file.delete();
        assertThat(path()).exists();
        other.delete();
        assertThat(path()).doesNotExist();
        file.close();
        other.close();
    }
}

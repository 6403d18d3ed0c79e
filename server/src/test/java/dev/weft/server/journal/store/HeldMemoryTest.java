package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalMemory;
import dev.weft.server.journal.JournalReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mapped memory that was handed on, when everything is done to take it away. */
class HeldMemoryTest {
    private static final int BLOCKS = 3_000; // some 12 MB, so several windows
    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir private Path directory;

    /** Bytes of the journal that somebody still has to write, and what they must be. */
    private record Held(JournalMemory memory, ByteBuffer bytes, ByteBuffer expected) {}

    @Test
    void shouldStayReadableUntilItIsGivenBackWhateverBecomesOfReaderFileAndJournal()
            throws IOException {
        assumeThat(MAPS).exists();
        final JournalHarness harness = new JournalHarness(JournalHarness.small(directory));
        for (int i = 0; i < BLOCKS; i++) {
            assertThat(harness.append(4, 1_000)).isEqualTo(Journal.APPENDED);
        }
        final List<Held> held = new ArrayList<>();
        final BlockFlyweight view = new BlockFlyweight();
        try (JournalReader reader = harness.journal.newReader()) {
            reader.seek(1);
            while (reader.next(view) == JournalReader.BLOCK) {
                held.add(hold(reader, view));
            }
        }
        assertThat(held).hasSize(BLOCKS);
        for (final Path file : rollFiles()) {
            Files.delete(file);
        }
        harness.journal.close();
        assertThat(mappings()).as("held, deleted, closed").isGreaterThan(2);
        for (final Held each : held) {
            assertThat(each.bytes).isEqualTo(each.expected);
        }
        for (int i = 0; i < held.size() - 1; i++) {
            held.get(i).memory.release();
        }
        assertThat(mappings()).as("of the last one").isEqualTo(1);
        held.get(held.size() - 1).memory.release();
        assertThat(mappings()).as("all given back").isZero();
    }

    @Test
    void shouldUnmapWhatIsGivenBackAtTheReadersNextPause() throws IOException {
        assumeThat(MAPS).exists();
        final JournalHarness harness = new JournalHarness(JournalHarness.small(directory));
        for (int i = 0; i < BLOCKS; i++) {
            assertThat(harness.append(4, 1_000)).isEqualTo(Journal.APPENDED);
        }
        final long before = mappings();
        final List<Held> held = new ArrayList<>();
        final BlockFlyweight view = new BlockFlyweight();
        try (JournalReader reader = harness.journal.newReader()) {
            reader.seek(1);
            while (reader.next(view) == JournalReader.BLOCK) {
                held.add(hold(reader, view));
            }
            final long most = mappings();
            held.forEach(each -> each.memory.release());
            assertThat(mappings()).as("whoever gives back unmaps nothing").isEqualTo(most);
            reader.letGo();
            assertThat(mappings()).isLessThan(most).isLessThanOrEqualTo(before + 5);
        }
        harness.journal.close();
    }

    private static Held hold(final JournalReader reader, final BlockFlyweight view) {
        final JournalMemory memory = Objects.requireNonNull(reader.memory());
        memory.retain();
        final byte[] expected = new byte[view.length()];
        view.buffer().getBytes(0, expected);
        final ByteBuffer bytes =
                Objects.requireNonNull(view.buffer().byteBuffer())
                        .slice(view.buffer().wrapAdjustment(), view.length());
        return new Held(memory, bytes, ByteBuffer.wrap(expected));
    }

    private List<Path> rollFiles() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".cq4")).toList();
        }
    }

    /** Read-only mappings of the journal's roll files. */
    private long mappings() throws IOException {
        return Files.readAllLines(MAPS).stream()
                .filter(line -> line.contains(directory.toString()) && line.contains(".cq4"))
                .filter(line -> line.contains(" r--s "))
                .count();
    }
}

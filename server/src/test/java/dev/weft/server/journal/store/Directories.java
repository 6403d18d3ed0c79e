package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** What fault tests do to journal directories behind the journal's back. */
public final class Directories {
    private Directories() {}

    /** Copies the plain files of a directory; of a journal that is open, that is its crash. */
    static void copy(final Path from, final Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    static List<Path> rollFiles(final Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path -> path.toString().endsWith(RollCycleNames.SUFFIX))
                    .sorted()
                    .toList();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Asserts that every block of the last roll file lies in an unbroken chain of records. */
    static void assertLastFileIsSound(final Path directory) throws IOException {
        final List<Path> files = rollFiles(directory);
        final Path last = files.get(files.size() - 1);
        final RollFile file = new RollFile(0, last, Files.size(last));
        assertThat(RollFileScan.of(file, Long.MAX_VALUE / 4, true).damage()).isNull();
    }

    static void delete(final Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

package dev.weft.server.cli.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import java.util.zip.CRC32C;

/**
 * How far a file has been imported into a server, kept beside it: {@code <file>.imported}. Written
 * after each answer of the server, so what a kill leaves untold is one batch, whose ids the server
 * knows again. One thread.
 */
final class ImportState {
    private final Path path;
    private final String server;
    private long lines;
    private long checksum;

    private ImportState(final Path path, final String server) {
        this.path = path;
        this.server = server;
    }

    /** Reads it; nothing is imported if there is none, or one of another server. */
    static ImportState of(final Path file, final String server) throws IOException {
        final ImportState state = new ImportState(Path.of(file + ".imported"), server);
        final Properties read = new Properties();
        try (var in = Files.newBufferedReader(state.path, StandardCharsets.UTF_8)) {
            read.load(in);
        } catch (final NoSuchFileException ex) {
            return state;
        }
        try {
            if (server.equals(read.getProperty("server"))) {
                state.lines = Long.parseLong(read.getProperty("lines", "0"));
                state.checksum = Long.parseLong(read.getProperty("checksum", "0"));
            }
        } catch (final NumberFormatException ex) {
            throw new IOException(state.path + " is damaged; delete it to begin anew", ex);
        }
        return state;
    }

    /** Lines that are done. */
    long lines() {
        return lines;
    }

    /** Whether the last of those lines is still the same. */
    boolean isLastLine(final String line) {
        return checksum == checksum(line);
    }

    /** Everything up to this line is done. */
    void done(final long lineCount, final String lastLine) throws IOException {
        lines = lineCount;
        checksum = checksum(lastLine);
        final Path next = Path.of(path + ".new");
        Files.writeString(
                next,
                "# How far this file has been imported. Delete it to begin anew.\nserver="
                        + server.replace("\\", "\\\\")
                        + "\nlines="
                        + lines
                        + "\nchecksum="
                        + checksum
                        + "\n");
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static long checksum(final String line) {
        final CRC32C crc = new CRC32C();
        crc.update(line.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}

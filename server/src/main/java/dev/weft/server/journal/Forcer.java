package dev.weft.server.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces to disk. The seam for tests of a device that refuses. */
@FunctionalInterface
public interface Forcer {
    Forcer DEVICE = channel -> channel.force(false);

    /** What was written to a file. */
    void force(FileChannel channel) throws IOException;

    /** Which files there are in a directory. */
    default void forceDirectory(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true); // without the rest, a removed entry may not be seen as data
        }
    }
}

package dev.weft.server.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** Forces a file to disk. The seam for tests of a device that refuses. */
@FunctionalInterface
public interface Forcer {
    Forcer DEVICE = channel -> channel.force(false);

    void force(FileChannel channel) throws IOException;
}

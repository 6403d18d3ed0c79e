package dev.weft.server.journal;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** How full the journal's file system is. The seam for tests. */
public interface FreeSpace {
    long usableBytes() throws IOException;

    long totalBytes() throws IOException;

    static FreeSpace of(final Path directory) throws IOException {
        final FileStore store = Files.getFileStore(directory);
        final File folder = directory.toFile();
        return new FreeSpace() {
            @Override
            public long usableBytes() throws IOException {
                final long bytes = folder.getUsableSpace(); // unlike the other, allocates nothing
                return bytes > 0 ? bytes : store.getUsableSpace(); // none, or it cannot be told
            }

            @Override
            public long totalBytes() throws IOException {
                return store.getTotalSpace();
            }
        };
    }
}

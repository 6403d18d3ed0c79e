package dev.weft.server.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that is reserved at once and becomes resident page by page, as it is first written. A
 * direct {@code ByteBuffer} is filled with zeros when it is made and so resident from the start,
 * however little of it is ever used.
 *
 * <p>It is a private mapping of an empty file that has no name any more: what is written goes to
 * memory of the process alone, never to the file. Freed like any mapped buffer, when nobody holds
 * it.
 */
public final class LazyMemory {
    private LazyMemory() {}

    /**
     * Reserves memory, all zeros. Where no file can be made for it, an ordinary direct buffer.
     *
     * @param length bytes, at least 1.
     */
    public static ByteBuffer allocate(final int length) {
        try {
            final Path file = Files.createTempFile("weft", ".memory");
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(FileChannel.MapMode.PRIVATE, 0, length);
            }
        } catch (final IOException ex) {
            return ByteBuffer.allocateDirect(length);
        }
    }
}

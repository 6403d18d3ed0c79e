package dev.weft.server.journal.file;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Random access to the bytes of one roll file through a window that moves. Never touches what lies
 * beyond the file or beyond its known data.
 */
public interface FileBytes {
    /**
     * Moves the window so that {@code length} bytes from a position on can be read.
     *
     * @param length at most the longest block and its header word.
     * @return false if the file or its data ends before.
     */
    boolean load(long position, int length);

    /** Bytes that can be read from a position on without another load, at least the last loaded. */
    int available(long position);

    /** The window's memory. */
    UnsafeBuffer memory();

    /** The same memory for the checksum; limit and position are free to change. */
    ByteBuffer buffer();

    /** Where in the window a position lies. */
    int index(long position);
}

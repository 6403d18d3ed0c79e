package dev.weft.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One connection of the client, woken by {@link LoadClient}'s selector. Confined to the client's
 * thread.
 */
public interface Connection {
    /**
     * There is something to read.
     *
     * @param buffer to read into; shared by all connections, so nothing may stay in it.
     * @param view the same memory.
     */
    void onReadable(ByteBuffer buffer, UnsafeBuffer view) throws IOException;

    /** What was left unwritten can go on. */
    void onWritable() throws IOException;

    void close() throws IOException;
}

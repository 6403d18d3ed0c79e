package dev.weft.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;

/** One live stream of the client. Confined to the client's thread. */
public final class Subscriber implements Connection {
    private SocketChannel channel;
    private final FrameStream frames;
    private FrameListener listener = FrameListener.NONE;
    private long byteCount;
    private boolean closed;

    Subscriber(final SocketChannel channel, final FrameStream frames) {
        this.channel = channel;
        this.frames = frames;
    }

    @Override
    public void onReadable(final ByteBuffer buffer, final UnsafeBuffer view) throws IOException {
        buffer.clear();
        final int length = channel.read(buffer);
        if (length < 0) {
            closed = true;
            channel.close();
            return;
        }
        byteCount += length;
        final long before = frames.nextSequence();
        frames.accept(view, 0, length);
        final long after = frames.nextSequence();
        if (after != before) {
            listener.onFrames(before, after);
        }
    }

    @Override
    public void onWritable() {
        // The request was written whole when the connection was made.
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }

    /** Goes on with another connection. */
    void reopen(final SocketChannel next) throws IOException {
        channel.close();
        channel = next;
        closed = false;
        frames.reopen();
    }

    void register(final Selector selector) throws IOException {
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    public void listener(final FrameListener newListener) {
        listener = newListener;
    }

    public FrameStream frames() {
        return frames;
    }

    /** Bytes read from the socket, headers and chunk sizes included. */
    long byteCount() {
        return byteCount;
    }

    /** Whether the server or the client ended it. */
    boolean isClosed() {
        return closed;
    }
}

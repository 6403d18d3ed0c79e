package dev.weft.bench.fleet;

import dev.weft.bench.client.Connection;
import dev.weft.bench.client.FrameNumber;
import dev.weft.bench.client.FrameStream;
import dev.weft.bench.client.SourceAddresses;
import dev.weft.bench.server.Dialect;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One client that behaves as a browser's EventSource does: it keeps its place, waits after a broken
 * connection as long as the server told it, and comes back with {@code Last-Event-ID}; after a 503
 * as long as {@code Retry-After} says. Confined to its fleet's thread.
 */
final class EventSourceClient implements Connection {
    private static final FrameNumber NUMBER = FrameNumber.of(Dialect.WEFT);
    private static final long RETRY_MS_DEFAULT = 3_000; // until the server said something

    private final EventSourceFleet fleet;
    private final InetSocketAddress server;
    private final SourceAddresses sources;
    private final String path;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private FrameStream frames = new FrameStream(NUMBER, 0, false);
    private long retryMs = RETRY_MS_DEFAULT;
    private long lastEventId;
    private boolean isStalled;

    // Of the connections before this one.
    private long receivedBefore;
    private long troubleCount;
    private String trouble = "";

    EventSourceClient(
            final EventSourceFleet fleet,
            final InetSocketAddress server,
            final SourceAddresses sources,
            final String path,
            final long lastEventId) {
        this.fleet = fleet;
        this.server = server;
        this.sources = sources;
        this.path = path;
        this.lastEventId = lastEventId;
    }

    /** Begins to connect. */
    void connect(final Selector selector) {
        frames = new FrameStream(NUMBER, lastEventId + 1, false);
        try {
            final SocketChannel opened = SocketChannel.open();
            channel = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (fleet.receiveBufferLength() > 0) {
                opened.setOption(StandardSocketOptions.SO_RCVBUF, fleet.receiveBufferLength());
            }
            opened.bind(sources.next());
            final boolean isConnected = opened.connect(server);
            key = opened.register(selector, SelectionKey.OP_CONNECT, this);
            if (isConnected) {
                onConnectable();
            }
        } catch (final IOException ex) {
            lost(retryMs);
        }
    }

    /** The connection is made, or refused. */
    void onConnectable() {
        final SocketChannel opened = channel;
        final SelectionKey registered = key;
        if (opened == null || registered == null) {
            return;
        }
        try {
            opened.finishConnect();
            opened.write(ByteBuffer.wrap(request()));
            registered.interestOps(SelectionKey.OP_READ);
        } catch (final IOException ex) {
            lost(retryMs);
        }
    }

    private byte[] request() {
        return ("GET "
                        + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + server.getPort()
                        + "\r\nAccept: text/event-stream\r\nLast-Event-ID: "
                        + lastEventId
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void onReadable(final ByteBuffer buffer, final UnsafeBuffer view) {
        final SocketChannel opened = channel;
        if (opened == null) {
            return;
        }
        buffer.clear();
        int length;
        try {
            length = opened.read(buffer);
        } catch (final IOException ex) {
            length = -1;
        }
        if (length > 0) {
            final boolean wasWaiting = frames.isWaiting();
            frames.accept(view, 0, length);
            retryMs = frames.retryMs() > 0 ? frames.retryMs() : retryMs;
            if (wasWaiting && frames.isOpen()) {
                fleet.onOpen(this);
            }
        }
        if (length < 0 || !(frames.isOpen() || frames.isWaiting())) {
            if (frames.retryAfterSeconds() >= 0) {
                fleet.onRefused();
                lost(frames.retryAfterSeconds() * 1_000L);
            } else {
                lost(retryMs);
            }
        }
    }

    @Override
    public void onWritable() {
        // The request fits into the socket's buffer.
    }

    /** Ends the connection from this side, as a crashed or suspended client does. */
    void drop() {
        if (channel != null) {
            lost(retryMs);
        }
    }

    /** Stops or goes on reading. */
    void stalled(final boolean isNowStalled) {
        isStalled = isNowStalled;
        final SelectionKey registered = key;
        if (registered != null && registered.isValid() && isOpen()) {
            registered.interestOps(isNowStalled ? 0 : SelectionKey.OP_READ);
        }
    }

    boolean isStalled() {
        return isStalled;
    }

    boolean isOpen() {
        return channel != null && frames.isOpen();
    }

    /** Frames with an id, over all connections. */
    long receivedCount() {
        return receivedBefore + frames.receivedCount();
    }

    /** Id of the newest frame. */
    long lastEventId() {
        return Math.max(lastEventId, frames.nextSequence() - 1);
    }

    /** Frames that came again, gaps and resets, bytes that are no stream. */
    long troubleCount() {
        return troubleCount + frames.repeatedCount() + frames.controlCount();
    }

    /** The first of them. */
    String trouble() {
        return trouble.isEmpty() ? frames.trouble() : trouble;
    }

    private void lost(final long waitMs) {
        lastEventId = lastEventId();
        receivedBefore += frames.receivedCount();
        if (frames.repeatedCount() + frames.controlCount() > 0) {
            trouble = trouble();
        }
        troubleCount = troubleCount();
        frames = new FrameStream(NUMBER, lastEventId + 1, false);
        close();
        fleet.onLost(this, waitMs);
    }

    @Override
    public void close() {
        final SocketChannel opened = channel;
        channel = null;
        key = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (final IOException ex) {
                trouble = trouble.isEmpty() ? ex.toString() : trouble;
            }
        }
    }
}

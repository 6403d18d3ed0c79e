package dev.weft.server.http.connection;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.SingleThreadEventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop that sent a body lately. While many others come or go they are read
 * out of turn, once per turn of the loop: the system hands out sockets in the order in which they
 * became ready, so a publish would wait until all that left before it are closed. Bounded: of many
 * publishers, those that were noted last have this. Thread: that event loop.
 */
final class RecentPublishers {
    /** Connections that are read out of turn; each costs a system call. */
    static final int CONNECTIONS_MAX = 32;

    /** Connections that come or go before that is done. */
    static final int CHANGES_MIN = 16;

    private final @Nullable HttpConnection[] connections = new HttpConnection[CONNECTIONS_MAX];
    private final SingleThreadEventLoop loop;
    private final @Nullable IoEvent readEvent; // null where this cannot be done
    private final Runnable onTurn = this::read;
    private int next;
    private int count; // places that were ever taken
    private int changes;
    private boolean isPlanned;

    RecentPublishers(final SingleThreadEventLoop loop, final Transport transport) {
        this.loop = loop;
        readEvent = transport.readEvent();
    }

    /** Notes one that sends a body. */
    void add(final HttpConnection connection) {
        if (connection.publisherIndex >= 0) {
            return;
        }
        final HttpConnection before = connections[next];
        if (before != null) {
            before.publisherIndex = -1;
        }
        connections[next] = connection;
        connection.publisherIndex = next;
        next = (next + 1) % CONNECTIONS_MAX;
        count = Math.max(count, connection.publisherIndex + 1);
    }

    /** Forgets one that is closed or became a stream. */
    void remove(final HttpConnection connection) {
        final int index = connection.publisherIndex;
        if (index >= 0) {
            connections[index] = null;
            connection.publisherIndex = -1;
        }
    }

    /** A connection came or went. */
    void onChange() {
        changes++;
        if (changes >= CHANGES_MIN && !isPlanned && count > 0 && readEvent != null) {
            isPlanned = true;
            loop.executeAfterEventLoopIteration(onTurn);
        }
    }

    private void read() {
        changes = 0;
        isPlanned = false;
        for (int i = 0; i < count; i++) {
            final HttpConnection connection = connections[i];
            if (connection != null) {
                read(connection.channel());
            }
        }
    }

    private void read(final Channel channel) {
        if (channel.isActive()
                && channel.config().isAutoRead()
                && channel.unsafe() instanceof IoHandle handle) {
            handle.handle(null, readEvent); // as if the system had said that there are bytes
        }
    }
}

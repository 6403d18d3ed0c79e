package dev.weft.server.http.connection;

import dev.weft.server.counters.HttpCounters;
import dev.weft.server.http.HttpLimits;
import dev.weft.server.http.RequestGuard;
import dev.weft.server.http.RouteTable;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of one event loop share: routes, rules, the Date line, the list of
 * connections to flush and of those whose time limits are watched. Connections that became streams
 * are not watched, so idle subscribers cost nothing here. Thread: that event loop.
 */
final class LoopContext {
    private static final Logger LOG = LoggerFactory.getLogger(LoopContext.class);
    private static final long SWEEP_INTERVAL_NS = 1_000_000_000L;

    final EventLoop loop;
    final Transport transport;
    final RouteTable routes;
    final RequestGuard guard;
    final HttpCounters counters;
    final RecentPublishers publishers;
    private final LongSupplier nanoClock;

    private final List<HttpConnection> connections = new ArrayList<>();
    private final Runnable onSweep = this::sweep;
    private final Runnable onBodyTime = this::stopBodies;
    private final Runnable onFlush = this::flush;
    private List<HttpConnection> dirty = new ArrayList<>();
    private List<HttpConnection> flushing = new ArrayList<>();
    private boolean isSweepScheduled;
    private @Nullable CompletableFuture<Void> drained;
    private byte[] dateLine = new byte[0];
    private long dateNs;

    LoopContext(
            final EventLoop loop,
            final Transport transport,
            final RouteTable routes,
            final RequestGuard guard,
            final HttpCounters counters,
            final LongSupplier nanoClock) {
        this.loop = loop;
        this.transport = transport;
        this.routes = routes;
        this.guard = guard;
        this.counters = counters;
        this.nanoClock = nanoClock;
        publishers = new RecentPublishers((SingleThreadEventLoop) loop, transport);
        this.dateNs = nanoTime() - SWEEP_INTERVAL_NS;
    }

    void add(final HttpConnection connection) {
        connection.index = connections.size();
        connections.add(connection);
        if (isDraining()) {
            connection.drain();
        } else if (!isSweepScheduled) {
            isSweepScheduled = true;
            loop.schedule(onSweep, SWEEP_INTERVAL_NS, TimeUnit.NANOSECONDS);
        }
    }

    /** Forgets a connection that was closed or became a stream. */
    void remove(final HttpConnection connection) {
        final int index = connection.index;
        if (index < 0) {
            return;
        }
        connection.index = -1;
        publishers.remove(connection);
        final HttpConnection last = connections.remove(connections.size() - 1);
        if (last != connection) {
            connections.set(index, last);
            last.index = index;
        }
        completeIfDrained();
    }

    /**
     * Has {@link HttpConnection#flush} called once at the end of this turn of the loop, behind a
     * sequencer's duty cycle that is run there.
     */
    void flushLater(final HttpConnection connection) {
        if (dirty.isEmpty()) {
            ((SingleThreadEventLoop) loop).executeAfterEventLoopIteration(onFlush);
        }
        dirty.add(connection);
    }

    private void flush() {
        final List<HttpConnection> now = dirty;
        dirty = flushing;
        flushing = now;
        try {
            for (int i = 0; i < now.size(); i++) {
                flush(now.get(i));
            }
        } finally {
            now.clear(); // else nothing would be scheduled ever again
        }
    }

    /** Costs one connection what goes wrong with it, not the others of this turn. */
    private static void flush(final HttpConnection connection) {
        try {
            connection.flush();
        } catch (final RuntimeException | Error ex) {
            LOG.error("a connection failed to send", ex);
            connection.fail();
        }
    }

    private void sweep() {
        lookAtTimes();
        isSweepScheduled = !connections.isEmpty();
        if (isSweepScheduled) {
            loop.schedule(onSweep, SWEEP_INTERVAL_NS, TimeUnit.NANOSECONDS);
        }
    }

    /** Has every connection look at its time limits. */
    void lookAtTimes() {
        final long nowNs = nanoTime();
        for (int i = connections.size() - 1;
                i >= 0;
                i--) { // backwards: the last one takes a removed one's place
            connections.get(i).sweep(nowNs);
        }
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    boolean isDraining() {
        return drained != null;
    }

    /**
     * Closes idle connections now and the others after what they were asked; streams are left
     * alone.
     */
    void drain(final CompletableFuture<Void> whenDrained) {
        drained = whenDrained;
        for (int i = connections.size() - 1; i >= 0; i--) {
            connections.get(i).drain();
        }
        completeIfDrained();
        loop.schedule(onBodyTime, HttpLimits.STOP_BODY_TIME_NS, TimeUnit.NANOSECONDS);
    }

    private void stopBodies() {
        for (int i = connections.size() - 1; i >= 0; i--) {
            connections.get(i).stopBody();
        }
    }

    private void completeIfDrained() {
        final CompletableFuture<Void> future = drained;
        if (future != null && connections.isEmpty()) {
            future.complete(null);
        }
    }

    /** {@code Date: ...} with its line end, at most a second old. */
    byte[] dateLine() {
        final long nowNs = nanoTime();
        if (nowNs - dateNs >= SWEEP_INTERVAL_NS) {
            dateNs = nowNs;
            final ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
            dateLine =
                    ResponseHead.ascii(
                            "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(now) + "\r\n");
        }
        return dateLine;
    }
}

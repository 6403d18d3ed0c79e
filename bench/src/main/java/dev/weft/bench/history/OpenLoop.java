package dev.weft.bench.history;

import dev.weft.bench.client.AnswerStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Requests by a schedule over some connections in turn: request {@code i} is due {@code i}
 * intervals after the start, whatever became of those before, and its time counts from then. A
 * thread of its own sends; the caller's reads.
 */
final class OpenLoop implements AutoCloseable {
    private static final int BUFFER_LENGTH = 256 * 1024;
    private static final long SLACK_NS = 60_000; // a sleep ends about this much late
    private static final long WAIT_NS = 10_000_000_000L;

    private final List<SocketChannel> channels = new ArrayList<>();
    private final List<AnswerStream> answers = new ArrayList<>();
    private final long[] recorded; // answers of each connection in this run
    private final long[] earlier; // and in the runs before
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
    private final UnsafeBuffer view = new UnsafeBuffer(buffer);
    private long startNs; // written before the sender starts
    private double intervalNs;

    OpenLoop(final int port, final int connectionCount) throws IOException {
        recorded = new long[connectionCount];
        earlier = new long[connectionCount];
        for (int i = 0; i < connectionCount; i++) {
            final SocketChannel channel =
                    SocketChannel.open(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, i);
            channels.add(channel);
            answers.add(new AnswerStream());
        }
    }

    /**
     * Sends so many requests and waits for all answers.
     *
     * @param requests in turn.
     * @param times gets nanoseconds from due time to the last byte of the answer.
     */
    void run(
            final List<byte[]> requests,
            final double perSecond,
            final long count,
            final Histogram times)
            throws IOException {
        for (int i = 0; i < earlier.length; i++) {
            earlier[i] += recorded[i];
            recorded[i] = 0;
        }
        intervalNs = 1e9 / perSecond;
        startNs = System.nanoTime() + 20_000_000;
        final Thread sender = new Thread(() -> send(requests, count), "rig-open-loop");
        sender.setDaemon(true);
        sender.start();
        long answered = 0;
        final long endNs = dueNs(count) + WAIT_NS;
        while (answered < count) {
            selector.select(100);
            for (final SelectionKey key : selector.selectedKeys()) {
                answered += read((int) key.attachment(), times);
            }
            selector.selectedKeys().clear();
            if (System.nanoTime() - endNs > 0) {
                throw new IOException("%d of %d were answered".formatted(answered, count));
            }
        }
    }

    /** What was refused, and the first reason; empty if nothing was. */
    String refusals() {
        long count = 0;
        String first = "";
        for (final AnswerStream stream : answers) {
            count += stream.refusedCount();
            first = first.isEmpty() ? stream.trouble() : first;
        }
        return count == 0 ? "" : count + " refused; first: " + first;
    }

    private int read(final int connection, final Histogram times) throws IOException {
        buffer.clear();
        final int length = channels.get(connection).read(buffer);
        if (length < 0) {
            throw new IOException("the server closed a connection");
        }
        final AnswerStream stream = answers.get(connection);
        stream.accept(view, 0, length);
        final long nowNs = System.nanoTime();
        int count = 0;
        while (recorded[connection] < stream.count() - earlier[connection]) {
            final long index = recorded[connection]++ * channels.size() + connection;
            times.recordValue(Math.max(0, nowNs - dueNs(index)));
            count++;
        }
        return count;
    }

    private void send(final List<byte[]> requests, final long count) {
        try {
            for (long index = 0; index < count; index++) {
                final long dueNs = dueNs(index);
                while (System.nanoTime() - dueNs < 0) {
                    LockSupport.parkNanos(Math.max(1_000, dueNs - System.nanoTime() - SLACK_NS));
                }
                final ByteBuffer request =
                        ByteBuffer.wrap(requests.get((int) (index % requests.size())));
                final SocketChannel channel = channels.get((int) (index % channels.size()));
                while (request.hasRemaining()) {
                    channel.write(request);
                }
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private long dueNs(final long index) {
        return startNs + (long) (index * intervalNs);
    }

    @Override
    public void close() throws IOException {
        for (final SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }
}

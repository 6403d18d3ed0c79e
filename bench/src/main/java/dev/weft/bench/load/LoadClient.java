package dev.weft.bench.load;

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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All connections of one round on one thread and one selector, because client and server share the
 * machine: what the client costs, the server does not get. Reads go into one buffer that stays in
 * the cache.
 */
final class LoadClient implements AutoCloseable {
    private static final int READ_BUFFER_LENGTH = 256 * 1024;

    private final InetSocketAddress address;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BUFFER_LENGTH);
    private final UnsafeBuffer view = new UnsafeBuffer(buffer);
    private final Consumer<SelectionKey> onReady = this::ready; // bound once
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();

    LoadClient(final int port) throws IOException {
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        selector = Selector.open();
    }

    /**
     * Opens streams and waits until each has its response head.
     *
     * @param lastEventId what every stream sends as such, negative for none.
     */
    void subscribe(final int count, final long lastEventId) throws IOException {
        final byte[] request =
                FrameStream.request(address.getPort(), "/events/stream", lastEventId);
        for (int i = 0; i < count; i++) {
            final Subscriber subscriber =
                    new Subscriber(
                            connect(request),
                            new FrameStream(lastEventId < 0 ? 0 : lastEventId + 1));
            subscribers.add(subscriber);
        }
        for (final Subscriber subscriber : subscribers) {
            subscriber.register(selector);
        }
        await("stream heads", 30, this::isEveryHeadThere);
        for (final Subscriber subscriber : subscribers) {
            if (!subscriber.frames().isOpen()) {
                throw new StalledException(
                        "a stream did not open: " + subscriber.frames().trouble());
            }
        }
    }

    Publisher publisher(final Function<Integer, byte[]> requestForPort) throws IOException {
        final SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        final SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        final Publisher publisher =
                new Publisher(channel, key, requestForPort.apply(address.getPort()));
        key.attach(publisher);
        publishers.add(publisher);
        return publisher;
    }

    /** Serves what is ready; waits up to {@code timeoutMs} for it, 0 for not at all. */
    void poll(final long timeoutMs) throws IOException {
        if (timeoutMs == 0) {
            selector.selectNow(onReady);
        } else {
            selector.select(onReady, timeoutMs);
        }
    }

    /**
     * Serves connections until {@code done}. @throws StalledException if that takes longer than it
     * may.
     */
    void await(final String what, final int seconds, final BooleanSupplier done)
            throws IOException {
        final long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new StalledException("waited " + seconds + " s for " + what);
            }
            poll(10);
        }
    }

    List<Subscriber> subscribers() {
        return subscribers;
    }

    /** Frames that reached all subscribers together. */
    long receivedCount() {
        long count = 0;
        for (final Subscriber subscriber : subscribers) {
            count += subscriber.frames().receivedCount();
        }
        return count;
    }

    long byteCount() {
        long count = 0;
        for (final Subscriber subscriber : subscribers) {
            count += subscriber.byteCount();
        }
        return count;
    }

    /** Everything that makes the round worthless: lost, repeated, closed, refused. */
    List<String> violations() {
        final List<String> found = new ArrayList<>();
        long lost = 0;
        long repeated = 0;
        long controls = 0;
        long closed = 0;
        String example = "";
        for (final Subscriber subscriber : subscribers) {
            lost += subscriber.frames().lostCount();
            repeated += subscriber.frames().repeatedCount();
            controls += subscriber.frames().controlCount();
            closed += subscriber.isClosed() || !subscriber.frames().isOpen() ? 1 : 0;
            example = example.isEmpty() ? subscriber.frames().trouble() : example;
        }
        if (lost + repeated + controls + closed > 0) {
            found.add(
                    "lost %d, repeated %d, control frames %d, streams ended %d; first: %s"
                            .formatted(lost, repeated, controls, closed, example));
        }
        for (final Publisher publisher : publishers) {
            if (publisher.answers().refusedCount() > 0) {
                found.add(
                        "%d publishes refused; first: %s"
                                .formatted(
                                        publisher.answers().refusedCount(),
                                        publisher.answers().trouble()));
            }
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        for (final Subscriber subscriber : subscribers) {
            subscriber.close();
        }
        for (final Publisher publisher : publishers) {
            publisher.close();
        }
        selector.close();
    }

    private boolean isEveryHeadThere() {
        for (final Subscriber subscriber : subscribers) {
            if (subscriber.frames().isWaiting() && !subscriber.isClosed()) {
                return false;
            }
        }
        return true;
    }

    private SocketChannel connect(final byte[] request) throws IOException {
        final SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        final ByteBuffer bytes = ByteBuffer.wrap(request);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.configureBlocking(false);
        return channel;
    }

    private void ready(final SelectionKey key) {
        final Connection connection = (Connection) key.attachment();
        try {
            if (key.isReadable()) {
                connection.onReadable(buffer, view);
            }
            if (key.isValid() && key.isWritable()) {
                connection.onWritable();
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}

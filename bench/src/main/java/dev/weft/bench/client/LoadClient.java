package dev.weft.bench.client;

import dev.weft.bench.server.Dialect;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * All connections of one round on one thread and one selector, because client and server share the
 * machine: what the client costs, the server does not get. Reads go into one buffer that stays in
 * the cache.
 */
public final class LoadClient implements AutoCloseable {
    private static final String STREAM = "/events/stream";
    private static final int READ_BUFFER_LENGTH = 256 * 1024;

    private final Dialect dialect;
    private final InetSocketAddress address;
    private final @Nullable SourceAddresses sources;
    private final EventNumbers numbers = new EventNumbers();
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BUFFER_LENGTH);
    private final UnsafeBuffer view = new UnsafeBuffer(buffer);
    private final Consumer<SelectionKey> onReady = this::ready; // bound once
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();

    public LoadClient(final ServerProcess server) throws IOException {
        this(
                server.dialect(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                null);
    }

    /**
     * @param sources addresses that streams come from, or null for any.
     */
    public LoadClient(
            final Dialect dialect,
            final InetSocketAddress address,
            final @Nullable SourceAddresses sources)
            throws IOException {
        this.dialect = dialect;
        this.address = address;
        this.sources = sources;
        selector = Selector.open();
    }

    /**
     * Opens streams and waits until each has its response head.
     *
     * @param lastEventId what every stream sends as such, negative for none. A server without
     *     batches cannot resume either.
     */
    public void subscribe(final int count, final long lastEventId) throws IOException {
        subscribe(count, lastEventId, STREAM);
    }

    /**
     * As above.
     *
     * @param path of the stream, with its query.
     * @return those that were opened.
     */
    public List<Subscriber> subscribe(final int count, final long lastEventId, final String path)
            throws IOException {
        final long nextSequence = lastEventId < 0 ? 0 : lastEventId + 1;
        return open(
                count,
                request(path, lastEventId),
                () -> new FrameStream(FrameNumber.of(dialect), nextSequence));
    }

    /**
     * Opens streams that get only a part of the events, so that their ids need not be contiguous.
     */
    public void subscribeToAPart(final int count, final String path) throws IOException {
        open(count, request(path, -1), () -> FrameStream.ofAPart(FrameNumber.of(dialect)));
    }

    /**
     * Opens one stream, or one for each channel of a server that needs several; then every {@code
     * channelCount}th number comes on each.
     */
    public void subscribeToEachChannel() throws IOException {
        final int channels = dialect.channelCount();
        for (int channel = 0; channel < channels; channel++) {
            open(
                    1,
                    request(channels == 1 ? STREAM : Dialect.channel(STREAM, channel), -1),
                    () -> FrameStream.ofEach(FrameNumber.of(dialect), channels));
        }
    }

    private List<Subscriber> open(
            final int count, final byte[] request, final Supplier<FrameStream> frames)
            throws IOException {
        final List<Subscriber> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(new Subscriber(connect(request), frames.get()));
        }
        for (final Subscriber subscriber : added) {
            subscriber.register(selector);
        }
        subscribers.addAll(added);
        await("stream heads", 30, this::isEveryHeadThere);
        for (final Subscriber subscriber : added) {
            if (!subscriber.frames().isOpen()) {
                throw new StalledException(
                        "a stream did not open: " + subscriber.frames().trouble());
            }
        }
        return added;
    }

    /**
     * Closes a stream and opens it again; its frames go on to be counted where they were.
     *
     * @param lastEventId what it sends as such, negative for none.
     */
    public void reconnect(final Subscriber subscriber, final String path, final long lastEventId)
            throws IOException {
        subscriber.reopen(connect(request(path, lastEventId)));
        subscriber.register(selector);
    }

    /**
     * A connection that publishes one event a request.
     *
     * @param minimal whether the answer is wanted without the envelope, where that can be asked.
     */
    public Publisher publisher(final boolean minimal) throws IOException {
        return publisherOf(List.of(PublishRequest.one(dialect, address.getPort(), minimal)));
    }

    /** The same, to each channel in turn where a server needs several. */
    public Publisher publisherToEachChannel(final boolean minimal) throws IOException {
        return publisherOf(PublishRequest.oneForEachChannel(dialect, address.getPort(), minimal));
    }

    /** A connection that publishes one event a request, to these subjects in turn. */
    public Publisher publisher(final List<String> subjects) throws IOException {
        return publisherOf(
                subjects.stream()
                        .map(subject -> PublishRequest.one(dialect, address.getPort(), subject))
                        .toList());
    }

    /** A connection that publishes {@code count} events a request. */
    public Publisher linePublisher(final int count) throws IOException {
        return publisherOf(List.of(PublishRequest.lines(dialect, address.getPort(), count)));
    }

    /** Whether a request may carry many events. */
    public boolean hasBatches() {
        return dialect.hasBatches();
    }

    /** A connection that publishes this over and over. */
    public Publisher publisher(final PublishRequest request) throws IOException {
        return publisherOf(List.of(request));
    }

    private Publisher publisherOf(final List<PublishRequest> requests) throws IOException {
        final SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        final SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        final Publisher publisher = new Publisher(channel, key, requests, numbers);
        key.attach(publisher);
        publishers.add(publisher);
        return publisher;
    }

    /** Serves what is ready; waits up to {@code timeoutMs} for it, 0 for not at all. */
    public void poll(final long timeoutMs) throws IOException {
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
    public void await(final String what, final int seconds, final BooleanSupplier done)
            throws IOException {
        final long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new StalledException("waited " + seconds + " s for " + what);
            }
            poll(10);
        }
    }

    /** Serves connections until so many frames have come. */
    public void awaitFrames(final long count, final int seconds) throws IOException {
        try {
            await("the last frames", seconds, () -> receivedCount() >= count);
        } catch (final StalledException ex) {
            throw new StalledException(
                    "%s: %d of %d came; %s"
                            .formatted(ex.getMessage(), receivedCount(), count, violations()));
        }
    }

    /** Serves connections for so long. */
    public void pass(final double seconds) throws IOException {
        final long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() - end < 0) {
            poll(10);
        }
    }

    /** Serves connections while something is done on another thread; returns what came of it. */
    public <T> T passWhile(final Callable<T> work) throws IOException {
        final Aside<T> aside = Aside.begin(work);
        while (!aside.isDone()) {
            poll(10);
        }
        return aside.result();
    }

    /**
     * Records for each frame of each subscriber how long after it was due it was read, in
     * nanoseconds.
     *
     * @param due from the sequence of an event to {@link System#nanoTime}.
     */
    public void record(final Histogram times, final LongUnaryOperator due) {
        final FrameListener listener =
                (first, end) -> {
                    final long now = System.nanoTime();
                    for (long sequence = first; sequence < end; sequence++) {
                        times.recordValue(Math.max(0, now - due.applyAsLong(sequence)));
                    }
                };
        subscribers.forEach(subscriber -> subscriber.listener(listener));
    }

    public List<Subscriber> subscribers() {
        return subscribers;
    }

    /** Frames that reached all subscribers together. */
    public long receivedCount() {
        long count = 0;
        for (final Subscriber subscriber : subscribers) {
            count += subscriber.frames().receivedCount();
        }
        return count;
    }

    public long byteCount() {
        long count = 0;
        for (final Subscriber subscriber : subscribers) {
            count += subscriber.byteCount();
        }
        return count;
    }

    /** Everything that makes the round worthless: lost, repeated, closed, refused. */
    public List<String> violations() {
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

    private byte[] request(final String path, final long lastEventId) {
        final String resume = lastEventId < 0 ? "" : "Last-Event-ID: " + lastEventId + "\r\n";
        return ("GET "
                        + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + address.getPort()
                        + "\r\nAccept: text/event-stream\r\n"
                        + resume
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private SocketChannel connect(final byte[] request) throws IOException {
        final SocketChannel channel = SocketChannel.open();
        if (sources != null) {
            channel.bind(sources.next());
        }
        channel.connect(address);
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

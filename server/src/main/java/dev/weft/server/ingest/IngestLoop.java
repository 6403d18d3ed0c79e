package dev.weft.server.ingest;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What all publishes of one I/O loop share: the parser, the pools, the limits, and the queue
 * through which outcomes come back. {@link #doWork} hands them to their publishes; it is to be run
 * on the loop whenever the signal was given. Thread: the loop, but for {@link #handBack}.
 */
public final class IngestLoop implements Agent {
    /** Room for a piece of a body, see {@link #scratch}. */
    static final int SCRATCH_LENGTH = 256 * 1024;

    private static final int OUTCOMES_PER_CYCLE_MAX = 1_024;

    /** Longest buffer of an append that counts as small. */
    static final int SMALL_LENGTH_MAX = 8 * 1024;

    /** Longest event that fits into such a buffer without making it longer. */
    static final int SMALL_TEXT_LENGTH_MAX = 3 * 1024;

    private static final int SMALL_IDLE_MAX = 1_024;
    private static final int LARGE_LENGTH_MAX = 512 * 1024;
    private static final int LARGE_IDLE_MAX = 32;

    private final ManyToOneConcurrentArrayQueue<Append>
            outcomes; // offered by the sequencer and the forcing thread
    private final Signal wake;

    private final IngestConfig config;
    private final AppendInbox inbox;
    private final OriginalLookup originals;
    private final ByteBufAllocator allocator;
    private final LongSupplier clockMs;
    private final EventIds ids = new EventIds();
    private final EventParser parser;
    private final Answers answers;
    private final IngestCounters counters = new IngestCounters();
    private final Consumer<Append> onOutcome = Append::tellOwner;
    private final byte[] scratch = new byte[SCRATCH_LENGTH + EventParser.PADDING];
    private final ArrayDeque<Append> small = new ArrayDeque<>();
    private final ArrayDeque<Append> large = new ArrayDeque<>();
    private final ArrayDeque<Publication> publications = new ArrayDeque<>();
    private int appendsInUse;
    private long bufferedLength; // of unfinished bodies
    private long preparedLength; // of appends in use that are not small

    /**
     * Makes it idle.
     *
     * @param originals reads the events that a publish repeats.
     * @param wake has {@link #doWork} called on the loop.
     * @param clockMs milliseconds since the epoch, for the ids that this server makes.
     */
    public IngestLoop(
            final IngestConfig config,
            final AppendInbox inbox,
            final OriginalLookup originals,
            final Signal wake,
            final ByteBufAllocator allocator,
            final LongSupplier clockMs) {
        this.config = config;
        this.inbox = inbox;
        this.originals = originals;
        this.wake = wake;
        this.allocator = allocator;
        this.clockMs = clockMs;
        outcomes = new ManyToOneConcurrentArrayQueue<>(config.appendsMax());
        parser = new EventParser(config.rules(), ids);
        answers = new Answers(allocator);
    }

    @Override
    public String roleName() {
        return "weft-ingest";
    }

    @Override
    public int doWork() {
        final int workCount = outcomes.drain(onOutcome, OUTCOMES_PER_CYCLE_MAX);
        if (workCount == OUTCOMES_PER_CYCLE_MAX) {
            wake.signal();
        }
        return workCount;
    }

    /** Gives back what is kept. When the loop has ended, or on it. */
    @Override
    public void onClose() {
        answers.close();
    }

    public IngestCounters counters() {
        return counters;
    }

    /** Takes an append back when its outcome is known. Any thread. */
    void handBack(final Append append) {
        if (!outcomes.offer(
                append)) { // as long as the queue, so there is room for all that were given out
            throw new IllegalStateException("more outcomes than appends: " + config.appendsMax());
        }
        wake.signal();
    }

    /**
     * An empty append, null when too many are in use.
     *
     * @param length bytes that it is for.
     */
    @Nullable Append acquire(final Append.Owner owner, final boolean durable, final int length) {
        return hasRoom(length) ? begin(small.poll(), owner, durable) : null;
    }

    /** The same; it probably has room for a batch, an array or a long event already. */
    @Nullable Append acquireLarge(
            final Append.Owner owner, final boolean durable, final int length) {
        if (!hasRoom(length)) {
            return null;
        }
        final Append append = large.poll();
        return begin(append == null ? small.poll() : append, owner, durable);
    }

    /**
     * Whether one more append may be in use; one is always let through, however long, when there
     * are only small ones.
     */
    private boolean hasRoom(final int length) {
        return appendsInUse < config.appendsMax()
                && (preparedLength == 0
                        || preparedLength + bufferedLength + length <= config.bufferedLengthMax());
    }

    private Append begin(
            final @Nullable Append pooled, final Append.Owner owner, final boolean durable) {
        final Append append = pooled == null ? new Append(this) : pooled;
        appendsInUse++;
        preparedLength += append.countedLength();
        append.begin(owner, durable);
        return append;
    }

    /** An append in use got longer. */
    void onPrepared(final int length) {
        preparedLength += length;
    }

    void release(final Append append) {
        append.end();
        appendsInUse--;
        preparedLength -= append.countedLength();
        final int capacity = append.pending().buffer().capacity();
        if (capacity <= SMALL_LENGTH_MAX && small.size() < SMALL_IDLE_MAX) {
            small.push(append);
        } else if (capacity > SMALL_LENGTH_MAX
                && capacity <= LARGE_LENGTH_MAX
                && large.size() < LARGE_IDLE_MAX) {
            large.push(append);
        }
    }

    /** Hands an append to the sequencer; false if there is no room, it is then as before. */
    boolean offer(final Append append) {
        append.pending().admittedNs(System.nanoTime());
        if (!inbox.offer(append.pending())) {
            return false;
        }
        counters.onEvents(append.pending().count());
        return true;
    }

    Publication acquirePublication() {
        final Publication publication = publications.poll();
        return publication == null ? new Publication(this) : publication;
    }

    void release(final Publication publication) {
        if (publications.size() < SMALL_IDLE_MAX) {
            publications.push(publication);
        }
    }

    /**
     * Copies a piece of a body to where it can be parsed at once. At most {@link #SCRATCH_LENGTH}
     * bytes.
     */
    byte[] scratch(final ByteBuf bytes) {
        bytes.readBytes(scratch, 0, bytes.readableBytes());
        return scratch;
    }

    /** The parser, its clock set, on a text. */
    EventParser parser(final byte[] text, final int end) {
        ids.time(clockMs.getAsLong());
        parser.wrap(text, end);
        return parser;
    }

    /**
     * Appends bytes to a buffer of an unfinished body.
     *
     * @param body null for the first piece.
     * @return the buffer, with room for the parser's padding; null if this loop keeps too much
     *     already, {@code body} is then as before.
     */
    @Nullable ByteBuf buffer(final @Nullable ByteBuf body, final ByteBuf bytes) {
        final int length = bytes.readableBytes() + EventParser.PADDING;
        if (bufferedLength + preparedLength + length > config.bufferedLengthMax()) {
            return null;
        }
        final ByteBuf target = body == null ? allocator.heapBuffer(length) : body;
        final int before = body == null ? 0 : target.capacity();
        target.ensureWritable(length);
        target.writeBytes(bytes);
        bufferedLength += target.capacity() - before;
        return target;
    }

    void releaseBuffer(final ByteBuf body) {
        bufferedLength -= body.capacity();
        body.release();
    }

    Answers answers() {
        return answers;
    }

    OriginalLookup originals() {
        return originals;
    }

    IngestConfig config() {
        return config;
    }
}

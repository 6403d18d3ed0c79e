package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.FramePlan;
import dev.weft.server.journal.Journal;
import dev.weft.server.runtime.Signal;
import dev.weft.server.stream.subscription.Start;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journal for subscribers that are behind: one bounded step for one of them, then the
 * next one's turn. Thread: replay; an I/O thread that read cold mapped memory would stall every
 * client it serves. {@link #offer} is for the I/O loops.
 *
 * <p>The queue holds one request for each subscriber that the server takes. When it is full
 * nevertheless (requests of subscribers that are gone), the subscriber asks again at the loop's
 * next tick. What was read and not yet written is bounded for all subscribers together by a {@link
 * ReadBudget}; without a share of it a request keeps its turn. What was read for one is kept for a
 * while for others who come by ({@link SharedChunks}).
 */
public final class CatchUp implements Agent {
    /** Longest chunk, unless a single event is longer. */
    public static final int CHUNK_LENGTH_MAX = FanoutAgent.CYCLE_LENGTH_MAX;

    /** Chunk when so many catch up that the budget is not enough for longer ones. */
    public static final int CHUNK_LENGTH_MIN = 16 * 1024;

    /** Bytes of all chunks that are not yet written. */
    public static final long CHUNKS_LENGTH_MAX = 64L * 1024 * 1024;

    /** Bytes of the journal that one step looks at. */
    static final int SCAN_LENGTH_MAX = 4 * 1024 * 1024;

    /** How long what was read is kept for others when nobody asks for anything. */
    private static final long SHARED_NS = TimeUnit.SECONDS.toNanos(1);

    /** Time between two looks at which starts the loops have taken over. */
    private static final long STARTS_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

    private final ManyToOneConcurrentArrayQueue<ReplayRequest> inbox;
    private final ArrayDeque<ReplayRequest> turns = new ArrayDeque<>();
    private final Consumer<ReplayRequest> onArrived = turns::add;
    private final Predicate<ReplayRequest> onWaiting = CatchUp::discardCancelled;
    private final int turnsMax;
    private final Journal journal;
    private final ReplayChunk chunk;
    private final Batch batch; // for who does not get everything
    private final SharedChunks shared = new SharedChunks();
    private final LongSupplier nanoClock;
    private final ReadBudget budget;
    private final long[] matches = new long[LastMatches.WINDOW_MAX];
    private @Nullable BlockCursor cursor; // made by the thread that uses it
    private final StartLease starts;
    private long startsNs; // when it was renewed
    private long sharedNs; // when somebody last asked
    private volatile Signal signal = () -> {};

    /**
     * Makes an agent without work.
     *
     * @param subscribersMax capacity of the queue.
     */
    public CatchUp(
            final Journal journal, final ByteBufAllocator allocator, final int subscribersMax) {
        this(journal, allocator, subscribersMax, CHUNKS_LENGTH_MAX, System::nanoTime);
    }

    /** The same with another bound for what is not yet written, and another clock. */
    public CatchUp(
            final Journal journal,
            final ByteBufAllocator allocator,
            final int subscribersMax,
            final long chunksLengthMax,
            final LongSupplier nanoClock) {
        budget = new ReadBudget(chunksLengthMax);
        this.journal = journal;
        starts = new StartLease(journal.newLease());
        turnsMax = subscribersMax;
        inbox = new ManyToOneConcurrentArrayQueue<>(subscribersMax);
        this.nanoClock = nanoClock;
        chunk = new ReplayChunk(allocator);
        batch = new Batch(allocator, new FramePlan());
    }

    /** Sets what wakes the replay thread. */
    public void wakeBy(final Signal wakeUp) {
        signal = wakeUp;
        budget.wakeBy(wakeUp);
    }

    /** What chunks that are not yet written may take. */
    public ReadBudget budget() {
        return budget;
    }

    /**
     * Takes a request over. Any I/O loop.
     *
     * @return false if the queue is full: the caller keeps it.
     */
    public boolean offer(final ReplayRequest request) {
        if (!inbox.offer(request)) {
            return false;
        }
        signal.signal();
        return true;
    }

    @Override
    public int doWork() {
        if (turns.size() < turnsMax) {
            inbox.drain(onArrived, turnsMax - turns.size());
        }
        final ReplayRequest request = turns.peek();
        if (request == null) {
            onIdle();
            return 0;
        }
        int share = 0;
        if (request.start == null
                && !request.isCancelled()
                && !isFinished(request)
                && !isShared(request)) {
            share = budget.share(turns.size(), CHUNK_LENGTH_MIN, CHUNK_LENGTH_MAX);
            if (!budget.take(share)) {
                return shared.clear() + dropCancelled(); // if there were some, it is tried again
            }
        }
        sharedNs = nanoClock.getAsLong();
        if (sharedNs - startsNs > STARTS_NS) {
            startsNs = sharedNs;
            starts.renew();
        }
        turns.poll();
        if (request.isCancelled()) {
            request.discard();
            return 1;
        }
        if (!isFinished(request)) {
            step(request, share);
        }
        if (!isFinished(request) || !request.loop.onReplayed(request)) {
            turns.add(request); // not done, or no room in the loop's queue: its turn comes again
        }
        return 1;
    }

    /** Answers a request with what was just read for another, if it wants everything. */
    private boolean isShared(final ReplayRequest request) {
        return request.conflated == null && shared.serve(request);
    }

    /**
     * Nobody asks: what is kept for others, mapped or leased is given back, the first after a
     * while.
     */
    private void onIdle() {
        starts.renew();
        if (nanoClock.getAsLong() - sharedNs > SHARED_NS) {
            shared.clear();
        }
        if (cursor != null) {
            cursor.letGo();
        }
    }

    @Override
    public void onClose() {
        starts.end();
        shared.clear();
        turns.forEach(ReplayRequest::discard);
        inbox.drain(ReplayRequest::discard);
        chunk.discard();
        batch.discard();
        if (cursor != null) {
            cursor.close();
        }
    }

    @Override
    public String roleName() {
        return "catch-up";
    }

    private static boolean isFinished(final ReplayRequest request) {
        return request.hasFailed
                || (request.start == null
                        && (request.chunk != null || request.cursor > request.limit));
    }

    /** Clients that go away while nobody is served must not fill the queue. */
    private int dropCancelled() {
        final int before = turns.size();
        turns.removeIf(onWaiting);
        return before - turns.size();
    }

    private static boolean discardCancelled(final ReplayRequest request) {
        if (request.isCancelled()) {
            request.discard();
            return true;
        }
        return false;
    }

    /**
     * Takes one step.
     *
     * @param share bytes of the budget that were taken for it; 0 to resolve a start.
     */
    private void step(final ReplayRequest request, final int share) {
        int unused = share;
        try {
            final BlockCursor reader = cursor();
            final Start start = request.start;
            if (start == null) {
                final long from = request.cursor;
                final ByteBuf bytes =
                        request.conflated == null
                                ? read(request, reader, SCAN_LENGTH_MAX, share)
                                : readNewest(request, request.conflated, reader, share);
                if (bytes != null) {
                    request.chunk = budget.counted(bytes, share);
                    unused = 0;
                    if (request.conflated == null) {
                        shared.add(request, from, request.chunk);
                    }
                }
            } else {
                resolve(request, start, reader);
            }
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            // A bad sector under the mapping is an InternalError, buffers that are used up are an
            // OutOfMemoryError: both end this stream and nothing else.
            LOG.error("cannot read the journal: sequence={}", request.cursor, ex);
            chunk.discard();
            batch.discard();
            BlockCursor.closeQuietly(cursor);
            cursor = null; // where it stands is unknown
            request.hasFailed = true;
        }
        if (unused > 0) {
            budget.giveBack(unused);
        }
    }

    private @Nullable ByteBuf readNewest(
            final ReplayRequest request,
            final ConflatedRead conflated,
            final BlockCursor reader,
            final int lengthMax) {
        batch.begin(request.filter, request.framing, request.chunked)
                .expect(Math.min(request.lengthHint, lengthMax));
        conflated.step(request, reader, journal, batch, SCAN_LENGTH_MAX, lengthMax);
        request.eventCount = batch.eventCount();
        request.lengthHint = batch.length();
        return batch.take();
    }

    private BlockCursor cursor() {
        BlockCursor current = cursor;
        if (current == null) {
            current = new BlockCursor(journal.newReader());
            cursor = current;
        }
        return current;
    }

    private void resolve(final ReplayRequest request, final Start start, final BlockCursor reader) {
        final long oldest = journal.oldestSequence();
        if (start.kind() == Start.Kind.SINCE) {
            final long first =
                    reader.sequenceAt(
                            start.value() + 1); // later than: times are strictly increasing
            // A time before all that there is: what came after it and is gone is told as a gap.
            request.cursor = first == oldest ? 1 : first;
            request.start = null;
            starts.need(request, first);
            return;
        }
        LastMatches search = request.lastMatches;
        if (search == null) {
            search = new LastMatches(start.value(), oldest, request.cursor - 1);
            request.lastMatches = search;
        }
        search.oldest(oldest);
        if (!search.isDone()) {
            search.step(reader, request.filter, SCAN_LENGTH_MAX, matches);
        }
        if (search.isDone()) {
            request.cursor = search.found();
            request.start = null;
            request.lastMatches = null;
        }
        starts.need(request, search.isDone() ? search.found() : search.end());
    }

    /** Reads until the chunk is full, the limit is reached, or enough was looked at. */
    private @Nullable ByteBuf read(
            final ReplayRequest request,
            final BlockCursor reader,
            final int scanLengthMax,
            final int chunkLengthMax) {
        chunk.begin(request, chunkLengthMax);
        int scanned = 0;
        int end = Ending.NONE;
        long next = request.cursor;
        while (next <= request.limit
                && end == Ending.NONE
                && scanned < scanLengthMax
                && chunk.length() < chunkLengthMax) {
            final int at = reader.at(next);
            if (at == BlockCursor.BLOCK) {
                final BlockFlyweight block = reader.block();
                final long first = block.firstSequence();
                final int from = (int) (next - first);
                final int to = (int) Math.min(block.count(), request.limit - first + 1);
                final int room = chunkLengthMax - chunk.length();
                if (chunk.length() > 0 && block.frameLength(from) > room) {
                    break; // else a long event would make the chunk longer by itself
                }
                chunk.append(block, from, to, room, reader.memory());
                final int scannedTo = chunk.scannedTo();
                request.timestamp = block.timestamp(scannedTo - 1);
                scanned +=
                        block.frameOffset(scannedTo - 1)
                                + block.frameLength(scannedTo - 1)
                                - block.frameOffset(from);
                next = first + scannedTo;
                end = chunk.end();
            } else {
                // A reader that ends before what was appended has lost something: that is told as a
                // gap, too.
                final long gapTo = at == BlockCursor.GAP ? reader.gapTo() : request.limit;
                chunk.append(
                        ControlFrames.gap(request.framing, next, gapTo, journal.oldestSequence()));
                next = gapTo + 1;
                end = request.framing.endsWithGap() ? Ending.FIRST : Ending.NONE;
            }
        }
        request.cursor = next;
        request.eventCount = chunk.eventCount();
        request.end = end;
        request.lengthHint = chunk.length();
        request.copiedHint = chunk.copiedLength();
        return chunk.take();
    }
}

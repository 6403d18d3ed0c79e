package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.ring.RingReader;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochMicroClock;

/**
 * Takes new blocks from the ring and gives each group one encoded batch per duty cycle. One per I/O
 * loop, which is the only thread that touches it. Members stand at {@link #nextSequence}, or where
 * what waits for them begins; who is ahead of that waits inside, who is behind is refused and
 * catches up elsewhere. So the hand-over to live is one call, {@link #join}.
 */
public final class FanoutAgent implements Agent {
    /** How {@link #join} ended. */
    public enum Join {
        /** From the wanted sequence on the member gets everything. */
        JOINED,
        /** The wanted sequence was already handed out; catch up to {@link #nextSequence} first. */
        BEHIND
    }

    /** {@link #encodeBehind}: the ring does not have it any more. */
    public static final long LAPPED = -1;

    /**
     * Bytes of stored frames that one duty cycle takes, at least one event: bounds batches, hence
     * memory and latency.
     */
    public static final int CYCLE_LENGTH_MAX = 256 * 1024;

    /** Joins a member that asked for a sequence which this loop has not reached yet. */
    private record Waiting(Member member, Group.Key key, long cursor) {}

    private static final int NS_PER_US = 1_000;

    private final RingReader reader;
    private final Batch.Validity readerValidity;
    private final BlockFlyweight block = new BlockFlyweight();
    private final RingReader behindReader;
    private final Batch.Validity behindValidity;
    private final BlockFlyweight behindBlock = new BlockFlyweight();
    private final Turns turns;
    private final Conflator conflator;
    private final GroupTable groups;
    private final List<Waiting> waiting = new ArrayList<>();
    private final EpochMicroClock clock;
    private final DeliveryTimes deliveryTimes;
    private final FanoutCounters counters = new FanoutCounters();

    private long nextSequence;
    private long waitingSequence =
            Long.MAX_VALUE; // lowest cursor in waiting: no cycle goes past it
    private boolean inCycle;

    // The part of the block in work that is still to be done; blockIndex == blockEnd when there is
    // none.
    private int blockIndex;
    private int blockEnd;

    /**
     * Starts at the end of the ring.
     *
     * @param clock of the events' times.
     */
    public FanoutAgent(
            final BlockRing ring,
            final ByteBufAllocator allocator,
            final EpochMicroClock clock,
            final DeliveryTimes deliveryTimes) {
        this(ring, allocator, clock, deliveryTimes, FanoutConfig.DEFAULT);
    }

    /** The same with bounds of its own. */
    public FanoutAgent(
            final BlockRing ring,
            final ByteBufAllocator allocator,
            final EpochMicroClock clock,
            final DeliveryTimes deliveryTimes,
            final FanoutConfig config) {
        reader = ring.newReader();
        readerValidity = reader::isValid;
        behindReader = ring.newReader();
        behindValidity = behindReader::isValid;
        turns = new Turns(config, counters);
        final FramePlan plan = new FramePlan();
        conflator = new Conflator(ring, reader, allocator, plan, turns);
        groups = new GroupTable(allocator, plan, turns, conflator);
        this.clock = clock;
        this.deliveryTimes = deliveryTimes;
        nextSequence = reader.nextSequence();
        counters.handedOut.set(nextSequence - 1);
    }

    /**
     * Sets what lets other threads have the core for a moment, called when something went out to
     * those who are few while a crowd waits. Before it starts.
     */
    public void giveWayBy(final Runnable pause) {
        turns.giveWayBy(pause);
    }

    /** First sequence that this loop has not handed out; its members stand there. */
    public long nextSequence() {
        return nextSequence;
    }

    /** Joins for everything. */
    public Join join(
            final Member member,
            final Filter filter,
            final Framing framing,
            final boolean chunked,
            final long cursor) {
        return join(member, filter, framing, chunked, Policy.ALL, cursor);
    }

    /**
     * Time at which {@link #doWork} has to run although nothing is new, in microseconds since the
     * epoch; {@link Long#MAX_VALUE} for never.
     */
    public long dueUs() {
        return conflator.dueUs();
    }

    /** First sequence that a member has not got. */
    public long cursor(final Member member) {
        final Cohort cohort = member.seat().cohort;
        return cohort == null ? nextSequence : cohort.standing(nextSequence);
    }

    public FanoutCounters counters() {
        return counters;
    }

    /**
     * Whether more was handed out and is not yet written than may be: who has something to write
     * gets no more for now.
     */
    public boolean isShort() {
        return turns.unwritten().length() > turns.config().unwrittenLengthMax();
    }

    /** Lets go what was written since. To be called now and then also when nothing is new. */
    public void sweep() {
        turns.unwritten().sweep();
    }

    /** Bytes handed out and not yet written, as far as that was noticed. */
    public long unwrittenLength() {
        return turns.unwritten().length();
    }

    public int groupCount() {
        return groups.count();
    }

    /**
     * Hands out what is new, and what waits for its turn, up to a bound.
     *
     * @return 0 when nothing is new and nobody waits.
     */
    @Override
    public int doWork() {
        final long before = nextSequence;
        long oldestTimestamp = Long.MAX_VALUE;
        boolean lapped = false;
        int budget = CYCLE_LENGTH_MAX;
        inCycle = true;
        try {
            while (budget > 0 && nextSequence < waitingSequence) {
                if (blockIndex == blockEnd) {
                    final int polled = reader.poll(block);
                    if (polled == RingReader.END) {
                        break;
                    }
                    if (polled == RingReader.LAPPED || !enterBlock()) {
                        lapped = true;
                        break;
                    }
                }
                if (oldestTimestamp == Long.MAX_VALUE) {
                    oldestTimestamp = block.timestamp(blockIndex);
                    if (!reader.isValid()) {
                        lapped = true;
                        break;
                    }
                }
                final int from = blockIndex;
                final int to = partEnd(budget);
                budget -= length(block, from, to);
                groups.encode(block, from, to, nextSequence, before, readerValidity);
                blockIndex = to;
                nextSequence += to - from;
            }
            final long oldestServed = groups.deliver(before, nextSequence, oldestTimestamp, clock);
            if (oldestServed != Turns.NOTHING) {
                deliveryTimes.onDelivered(
                        Math.max(0, clock.microTime() - oldestServed) * NS_PER_US);
            }
        } catch (final RuntimeException | Error error) {
            onFailed(before);
            throw error;
        } finally {
            inCycle = false;
        }
        if (lapped) {
            onLapped();
        }
        admitWaiting();
        groups.removeEmpty();
        counters.handedOut.set(turns.oldestStanding(nextSequence) - 1);
        final long work = nextSequence - before + (turns.isQueueEmpty() ? 0 : 1);
        return (int) Math.min(Integer.MAX_VALUE, work);
    }

    @Override
    public String roleName() {
        return "fanout";
    }

    /**
     * Makes a member live from a sequence on. The one place where a hand-over is decided. Who gets
     * only the newest events may be a little behind: what it missed is noted from the ring, and it
     * stands there until its group's next batch.
     *
     * @param policy whether it gets everything.
     * @param cursor first sequence that the member wants; at most one after the newest that was
     *     appended.
     */
    public Join join(
            final Member member,
            final Filter filter,
            final Framing framing,
            final boolean chunked,
            final Policy policy,
            final long cursor) {
        final Group.Key key = new Group.Key(filter, framing, chunked, policy);
        if (cursor < nextSequence) {
            return !policy.isAll() && addBehind(member, key, cursor) ? Join.JOINED : Join.BEHIND;
        }
        if (cursor == nextSequence && !inCycle) {
            add(member, key);
        } else {
            waiting.add(new Waiting(member, key, cursor));
            waitingSequence = Math.min(waitingSequence, cursor);
        }
        return Join.JOINED;
    }

    /** Takes a member out, if it is in. */
    public void leave(final Member member) {
        final Cohort cohort = member.seat().cohort;
        if (cohort != null) {
            groups.remove(member, cohort);
            if (!inCycle) {
                groups.removeEmpty();
            }
        } else if (!waiting.isEmpty() && waiting.removeIf(entry -> entry.member() == member)) {
            updateWaitingSequence();
        }
    }

    /**
     * Encodes for one subscriber that is a little behind what the ring still has.
     *
     * @param cursor first sequence it wants, before {@link #nextSequence}.
     * @param batch empty; gets the frames.
     * @param lengthMax where to stop; one event is taken even if it is longer.
     * @return the new cursor, or {@link #LAPPED} if it must be read from the journal.
     */
    public long encodeBehind(final long cursor, final Batch batch, final int lengthMax) {
        if (!behindReader.seek(cursor)) {
            return LAPPED;
        }
        long next = cursor;
        int budget = lengthMax;
        while (budget > 0 && next < nextSequence) {
            if (behindReader.poll(behindBlock) != RingReader.BLOCK) {
                break;
            }
            final long first = behindBlock.firstSequence();
            final int count = behindBlock.count();
            if (!behindReader.isValid() || first > next) {
                break;
            }
            final int from = (int) (next - first);
            final int end = (int) Math.min(count, nextSequence - first);
            final int to = cut(behindBlock, from, end, budget);
            if (batch.append(behindBlock, from, to, Integer.MAX_VALUE, behindValidity)
                    == Batch.TORN) {
                break;
            }
            budget -= length(behindBlock, from, to);
            next += to - from;
            if (batch.hasEnded()) {
                break;
            }
        }
        return next == cursor ? LAPPED : next;
    }

    /**
     * Time of an event in microseconds since the epoch, or {@link #LAPPED} if it is not in the
     * ring.
     */
    public long timestamp(final long sequence) {
        if (!behindReader.seek(sequence) || behindReader.poll(behindBlock) != RingReader.BLOCK) {
            return LAPPED;
        }
        final long index = sequence - behindBlock.firstSequence();
        final boolean isInside = index >= 0 && index < behindBlock.count();
        final long timestamp =
                isInside && behindReader.isValid() ? behindBlock.timestamp((int) index) : LAPPED;
        return behindReader.isValid() ? timestamp : LAPPED;
    }

    private boolean enterBlock() {
        final long first = block.firstSequence();
        final int count = block.count();
        if (!reader.isValid() || first > nextSequence) {
            return false;
        }
        blockIndex = (int) (nextSequence - first);
        blockEnd = count;
        return true;
    }

    /** End of the part of the block that this cycle takes. */
    private int partEnd(final int budget) {
        final int end = (int) Math.min(blockEnd, blockIndex + (waitingSequence - nextSequence));
        return cut(block, blockIndex, end, budget);
    }

    /**
     * What was encoded before an exception is not sent, else the next cycle would encode it again;
     * everyone catches up from the journal, and this goes on at the end of the ring.
     */
    private void onFailed(final long cycleBegin) {
        inCycle = true;
        groups.leaveAll(cycleBegin);
        inCycle = false;
        skipToHead();
        admitWaiting();
        counters.handedOut.set(nextSequence - 1);
    }

    private void onLapped() {
        counters.lapped.increment();
        inCycle = true;
        groups.leaveAll(nextSequence);
        inCycle = false;
        skipToHead();
    }

    private void skipToHead() {
        reader.toHead();
        blockIndex = 0;
        blockEnd = 0;
        nextSequence = Math.max(nextSequence, reader.nextSequence());
    }

    private void add(final Member member, final Group.Key key) {
        inCycle = true; // others may get what is pending, and leave
        try {
            groups.add(member, key, nextSequence);
        } finally {
            inCycle = false;
        }
    }

    private boolean addBehind(final Member member, final Group.Key key, final long cursor) {
        if (inCycle) {
            return false;
        }
        inCycle = true;
        try {
            return groups.addBehind(member, key, cursor, nextSequence);
        } finally {
            inCycle = false;
        }
    }

    private void admitWaiting() {
        if (nextSequence < waitingSequence) {
            return;
        }
        int kept = 0; // one pass, however many come at once
        for (int i = 0; i < waiting.size(); i++) {
            final Waiting entry = waiting.get(i);
            if (entry.cursor() > nextSequence) {
                waiting.set(kept++, entry);
            } else if (entry.cursor() == nextSequence) {
                add(entry.member(), entry.key());
            } else {
                entry.member().onLeft(entry.cursor(), Member.LeaveReason.LAPPED);
            }
        }
        waiting.subList(kept, waiting.size()).clear();
        updateWaitingSequence();
    }

    private void updateWaitingSequence() {
        long lowest = Long.MAX_VALUE;
        for (int i = 0; i < waiting.size(); i++) {
            lowest = Math.min(lowest, waiting.get(i).cursor());
        }
        waitingSequence = lowest;
    }

    /**
     * Largest end in ({@code from}, {@code end}] whose frames fit the budget; one event at least.
     */
    private static int cut(
            final BlockFlyweight block, final int from, final int end, final int budget) {
        if (length(block, from, end) <= budget) {
            return end;
        }
        int low = from + 1;
        int high = end - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (length(block, from, middle) <= budget) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Bytes of the stored frames [{@code from}, {@code to}). */
    private static int length(final BlockFlyweight block, final int from, final int to) {
        return Math.max(
                0, block.frameOffset(to - 1) + block.frameLength(to - 1) - block.frameOffset(from));
    }
}

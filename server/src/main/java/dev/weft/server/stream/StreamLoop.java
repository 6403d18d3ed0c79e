package dev.weft.server.stream;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.FramePlan;
import dev.weft.server.fanout.Policy;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.Lease;
import dev.weft.server.runtime.Signal;
import dev.weft.server.runtime.Timer;
import dev.weft.server.stream.facts.StreamCounters;
import dev.weft.server.stream.facts.SubscriberFacts;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.replay.ReadBudget;
import dev.weft.server.stream.replay.ReplayLoop;
import dev.weft.server.stream.replay.ReplayRequest;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochMicroClock;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of one I/O loop: its fan-out, its subscribers, what the replay thread read for them.
 * Everything but {@link #onReplayed} runs on that loop, so a subscriber's way from catch-up to live
 * is decided by one thread.
 *
 * <p>Whoever runs it calls {@link #doWork} after the sequencer's cycle and on each signal, again
 * while it answers more than 0, and {@link #tick} every {@link #tickNs}.
 */
public final class StreamLoop implements Agent, ReplayLoop {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLoop.class);

    /** Subscribers that one duty cycle takes a step for; each step is at most one batch. */
    private static final int STEPS_PER_CYCLE_MAX = 8;

    private static final int REPLAYED_PER_CYCLE_MAX = 16;

    private final FanoutAgent fanout;
    private final CatchUp catchUp;
    private final Journal journal;
    private final StreamConfig config;
    private final SubscriberSlots slots;
    private final EpochMicroClock clock;
    private final StreamCounters counters = new StreamCounters();
    private final KeepAlive keepAlive = new KeepAlive();
    private final TreeMap<Long, Subscriber> byId = new TreeMap<>();
    private final Batch batch;
    private int behindShare; // of the budget, between encodeBehind and takeBehind
    private final ArrayDeque<Subscriber> planned = new ArrayDeque<>();
    private final ArrayDeque<Subscriber> refused =
            new ArrayDeque<>(); // by the replay queue, or for want of room; again at the next tick
    private final PriorityQueue<Subscriber> paced = // those whose next stretch is not due
            new PriorityQueue<>(Comparator.comparingLong(Subscriber::stretchDueUs));
    private final Arrivals arrivals;
    private long cycles;
    private final SplittableRandom random = new SplittableRandom();
    private final Consumer<Subscriber> onQuiet = Subscriber::keepAlive;
    private final Consumer<ReplayRequest> onAnswer = this::onAnswer;

    private final ManyToOneConcurrentArrayQueue<ReplayRequest>
            replayed; // offered by the replay thread
    private volatile Signal signal = () -> {};
    private final Lease lease; // on what subscribers that catch up still have to read
    private @Nullable Alarm alarm; // null while nobody can wake this loop later

    /**
     * Makes a loop without subscribers.
     *
     * @param clock of the events' times.
     */
    public StreamLoop(
            final FanoutAgent fanout,
            final CatchUp catchUp,
            final Journal journal,
            final ByteBufAllocator allocator,
            final StreamConfig config,
            final SubscriberSlots slots,
            final EpochMicroClock clock) {
        this.fanout = fanout;
        this.catchUp = catchUp;
        this.journal = journal;
        this.config = config;
        this.slots = slots;
        this.clock = clock;
        arrivals = new Arrivals(slots, counters, () -> cycles);
        batch = new Batch(allocator, new FramePlan());
        replayed = new ManyToOneConcurrentArrayQueue<>(config.subscribersMax());
        lease = journal.newLease();
    }

    /** Sets what makes this loop call {@link #doWork}. Before it starts. */
    public void wakeBy(final Signal wakeUp) {
        signal = wakeUp;
    }

    /**
     * Sets what counts how often the loop went back to its sockets, if that is not before each
     * {@link #doWork}. Before it starts.
     */
    public void turnsBy(final LongSupplier turns) {
        arrivals.turnsBy(turns);
    }

    /**
     * Sets what has {@link #doWork} called although nothing happens, on this loop. Before it
     * starts.
     */
    public void wakeAfterBy(final Timer timer) {
        alarm = new Alarm(timer, () -> signal.signal());
    }

    public StreamCounters counters() {
        return counters;
    }

    public FanoutAgent fanout() {
        return fanout;
    }

    @Override
    public int doWork() {
        cycles++;
        try {
            int workCount = fanout.doWork() + arrivals.open();
            planPaced();
            setAlarm();
            workCount += replayed.drain(onAnswer, REPLAYED_PER_CYCLE_MAX);
            for (int i = 0; i < STEPS_PER_CYCLE_MAX; i++) {
                final Subscriber subscriber = planned.poll();
                if (subscriber == null) {
                    break;
                }
                subscriber.markPlanned(false);
                advance(subscriber);
                workCount++;
            }
            return workCount;
        } finally {
            if (!planned.isEmpty() || !arrivals.isEmpty()) { // also when something threw
                signal.signal();
            }
        }
    }

    private void planPaced() {
        Subscriber first = paced.peek();
        if (first == null) {
            return;
        }
        final long now = clock.microTime();
        while (first != null && first.isStretchDue(now)) {
            paced.remove().onStretchDue();
            first = paced.peek();
        }
    }

    /** Has itself called when something is to go out although nothing happens until then. */
    private void setAlarm() {
        final Subscriber first = paced.peek();
        long due = fanout.dueUs();
        if (first != null) {
            due = Math.min(due, first.stretchDueUs());
        }
        final Alarm current = alarm;
        if (current != null && due != Long.MAX_VALUE) {
            current.set(due, clock.microTime());
        }
    }

    @Override
    public String roleName() {
        return "streams";
    }

    /** Time between two calls of {@link #tick}. */
    public long tickNs() {
        return Math.max(1, config.keepAliveIntervalNs() / KeepAlive.TICKS_PER_INTERVAL);
    }

    /**
     * Sends keep-alives that are due, asks again for what the replay queue had no room for, and
     * closes who has taken nothing for long while others wait for what he holds.
     */
    public void tick() {
        keepAlive.onTick(onQuiet);
        fanout.sweep();
        renewLease();
        closeStalled();
        for (int i = refused.size(); i > 0; i--) {
            final Subscriber subscriber = refused.remove();
            subscriber.markLater(false);
            plan(subscriber);
        }
    }

    /** Who takes nothing holds what others wait for: bytes of the budget, or a deleted file. */
    private void closeStalled() {
        if (counters.subscribers(SubscriberState.CATCHING_UP).get() > 0) {
            final boolean isShort = catchUp.budget().isShort() || fanout.isShort();
            final long oldest = journal.oldestSequence();
            for (final Subscriber subscriber : keepAlive.all()) {
                subscriber.closeIfStalled(isShort, oldest);
            }
        }
    }

    /** A subscriber has to read the journal from here on, now or when its client reads again. */
    void onBehind(final long cursor) {
        lease.needAlso(cursor);
    }

    /** Between two ticks it is only lowered. */
    private void renewLease() {
        long needed = Lease.NONE;
        if (counters.subscribers(SubscriberState.CATCHING_UP).get() > 0) {
            for (final Subscriber subscriber : keepAlive.all()) {
                if (subscriber.state() == SubscriberState.CATCHING_UP) {
                    needed = Math.min(needed, subscriber.cursor());
                }
            }
        }
        lease.need(needed);
    }

    /** Ends all streams because the server stops; what was handed out so far is sent before. */
    public void drain() {
        keepAlive.all().forEach(Subscriber::drain);
    }

    /** Closes what is left, without a word. */
    public void closeAll() {
        keepAlive.all().forEach(subscriber -> subscriber.close(Transition.DRAINED, null));
    }

    /**
     * What there is to say about the subscribers of this loop, by ascending id.
     *
     * @param afterId those behind it.
     * @param count most of them.
     */
    public List<SubscriberFacts> facts(final long afterId, final int count) {
        final long head = journal.appendedSequence();
        return byId.tailMap(afterId, false).values().stream()
                .limit(count)
                .map(subscriber -> subscriber.facts(head))
                .toList();
    }

    // ---- for the routes

    /**
     * Takes a slot for one more subscriber and opens its stream, at once or when it is its turn.
     *
     * @param opening calls {@link #subscribe}.
     */
    Admission admit(final Runnable opening) {
        signal.signal(); // also for the next cycle to count from 0
        return arrivals.admit(opening);
    }

    /** Whether one more subscriber would be admitted now. */
    boolean hasRoom() {
        return arrivals.isOpen();
    }

    /** What is wished, begun at the journal and the time as they are now. */
    Beginning begin(final Subscription wish) {
        return Beginning.of(
                wish,
                journal.appendedSequence(),
                fanout.nextSequence(),
                journal.oldestSequence(),
                clock.microTime());
    }

    /** Makes the subscriber that {@link #admit} took a slot for. */
    Subscriber subscribe(final Beginning beginning, final boolean chunked) {
        if (beginning.reset() != null) {
            counters.resets.increment();
        }
        return new Subscriber(this, slots.nextId(), beginning, chunked);
    }

    /** A delay for a client to wait before it comes back, its own. */
    int retryMs() {
        return random.nextInt(config.retryMinMs(), config.retryMaxMs() + 1);
    }

    /** A frame as it stands on the wire. */
    ByteBuf encode(final byte[] frame, final Framing framing, final boolean chunked) {
        batch.begin(Filter.ALL, framing, chunked && !framing.isWebSocket()).append(frame);
        final ByteBuf bytes = batch.take();
        return bytes == null ? Unpooled.EMPTY_BUFFER : bytes;
    }

    // ---- for the subscribers

    KeepAlive keepAlive() {
        return keepAlive;
    }

    /** A subscriber's stream is open. */
    void add(final Subscriber subscriber) {
        keepAlive.add(subscriber);
        byId.put(subscriber.id(), subscriber);
    }

    /** A subscriber is gone. */
    void remove(final Subscriber subscriber) {
        keepAlive.remove(subscriber);
        byId.remove(subscriber.id());
    }

    long timeUs() {
        return clock.microTime();
    }

    Batch batch() {
        return batch;
    }

    /** Has a subscriber take its next step. One that cannot is closed, and nobody else suffers. */
    void advance(final Subscriber subscriber) {
        try {
            if (subscriber.advance()) {
                plan(subscriber);
            }
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            onFailed(subscriber, ex);
        }
    }

    /** Nobody would go on with a subscriber that threw: it is closed, comes back and says where. */
    void onFailed(final Subscriber subscriber, final Throwable cause) {
        LOG.error("a stream ends: subscriber={}", subscriber.id(), cause);
        batch.discard();
        subscriber.close(Transition.DELIVERY_FAILED, null);
    }

    /** Goes on with a subscriber when its next stretch is due. */
    void pace(final Subscriber subscriber) {
        paced.add(subscriber);
    }

    private void onAnswer(final ReplayRequest answer) {
        lease.needAlso(answer.cursor());
        answer.answer();
    }

    /** Goes on with a subscriber at the next tick. */
    void planLater(final Subscriber subscriber) {
        if (subscriber.markLater(true)) {
            return;
        }
        refused.add(subscriber);
    }

    /** Goes on with a subscriber in the next duty cycle. */
    void plan(final Subscriber subscriber) {
        if (!subscriber.markPlanned(true)) {
            planned.add(subscriber);
            if (planned.size() == 1) {
                signal.signal();
            }
        }
    }

    boolean join(
            final Subscriber subscriber,
            final Filter filter,
            final Framing framing,
            final boolean chunked,
            final Policy policy,
            final long cursor) {
        return fanout.join(subscriber, filter, framing, chunked, policy, cursor)
                == FanoutAgent.Join.JOINED;
    }

    /**
     * Encodes what the ring has from the cursor on, for {@link #takeBehind}; the new cursor, or a
     * negative number: the replay thread has to be asked, which also has those waiting for whom the
     * budget is not enough.
     */
    long encodeBehind(
            final long cursor, final Filter filter, final Framing framing, final boolean chunked) {
        final ReadBudget budget = catchUp.budget();
        final int share =
                budget.share(
                        planned.size() + 1, CatchUp.CHUNK_LENGTH_MIN, CatchUp.CHUNK_LENGTH_MAX);
        if (budget.isShort() || !budget.tryTake(share)) {
            return FanoutAgent.LAPPED;
        }
        behindShare = share;
        long next = FanoutAgent.LAPPED;
        try {
            next = fanout.encodeBehind(cursor, batch.begin(filter, framing, chunked), share);
        } finally {
            if (next < 0) {
                budget.giveBack(share);
            }
        }
        return next;
    }

    /** What {@link #encodeBehind} encoded; null if nothing passed the filter. */
    @Nullable ByteBuf takeBehind() {
        final ByteBuf bytes = batch.take();
        if (bytes == null) {
            catchUp.budget().giveBack(behindShare);
            return null;
        }
        return catchUp.budget().counted(bytes, behindShare);
    }

    /** Whether chunks may be read before they are needed. */
    boolean mayReadAhead() {
        return catchUp.budget().isAmple();
    }

    boolean ask(final Subscriber subscriber, final ReplayRequest request) {
        request.limit(fanout.nextSequence() - 1);
        lease.needAlso(request.cursor());
        final boolean accepted = catchUp.offer(request);
        if (!accepted) {
            counters.replayRefused.increment();
            planLater(subscriber);
        }
        return accepted;
    }

    @Override
    public long handedOut() {
        return fanout.counters().handedOut.get();
    }

    void release() {
        slots.release();
    }

    @Override
    public boolean onReplayed(final ReplayRequest answer) {
        if (!replayed.offer(answer)) {
            return false;
        }
        signal.signal();
        return true;
    }
}

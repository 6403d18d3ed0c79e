package dev.weft.server.session.drive;

import dev.weft.protocol.Problem;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.sequencer.AppendSeries;
import dev.weft.server.sequencer.PendingAppend;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Events on their way to the journal in one order, none left out: what the journal does not take,
 * because its disk is full, is offered again with everything behind it. Bounded; who has more is
 * told to wait. Thread: drive, but for the outcomes.
 */
final class OrderedAppends {
    /** Events that may be on their way. */
    static final int COUNT_MAX = 8_192;

    /** Bytes that may be on their way. */
    static final int LENGTH_MAX = 16 * 1024 * 1024;

    private static final long AGAIN_AFTER_NS = 100_000_000;

    /** What is kept to be used again, and how long its buffer may have become. */
    private static final int SPARE_MAX = 256;

    private static final int SPARE_LENGTH_MAX = 16 * 1024;

    private final AppendInbox inbox;
    private final ServerEvents events;
    private final Signal signal;
    private final LongSupplier clockNs;
    private final ManyToOneConcurrentLinkedQueue<OnItsWay> outcomes =
            new ManyToOneConcurrentLinkedQueue<>(); // as long as what is on its way
    private final ArrayDeque<OnItsWay> onTheirWay = new ArrayDeque<>();
    private final ArrayDeque<OnItsWay> spare = new ArrayDeque<>();
    private AppendSeries series = new AppendSeries();
    private long length;
    private long offeredCount;
    private long appendedCount;
    private int unansweredCount;
    private boolean isRefused; // the first of them, and so all behind it
    private long againAtNs;
    private volatile boolean isAwaited; // read by who appends

    OrderedAppends(
            final AppendInbox inbox,
            final ServerEvents events,
            final Signal signal,
            final LongSupplier clockNs) {
        this.inbox = inbox;
        this.events = events;
        this.signal = signal;
        this.clockNs = clockNs;
    }

    /** One event. */
    private final class OnItsWay implements PendingAppend.Completion {
        private final PendingAppend pending = new PendingAppend(this);
        private boolean isAnswered;

        @Override
        public void onCompleted(final PendingAppend completed) {
            outcomes.offer(this); // before the look at isAwaited
            if (isAwaited || !isAppended(completed.status())) {
                signal.signal();
            }
        }
    }

    /** Whether one more may be offered. */
    boolean hasRoom() {
        return onTheirWay.size() < COUNT_MAX && length < LENGTH_MAX;
    }

    /**
     * Sends an event off; to be asked only if there is room.
     *
     * @return what is wrong with it, and it is not sent; null if nothing is.
     */
    @Nullable Problem offer(final EventBuilder event) {
        final OnItsWay one = spare.isEmpty() ? new OnItsWay() : spare.pop();
        one.pending.reset(false);
        final Problem problem = events.add(event, one.pending);
        if (problem != null) {
            giveBack(one);
            return problem;
        }
        onTheirWay.add(one);
        length += one.pending.length();
        offeredCount++;
        if (isRefused) {
            one.isAnswered = true; // waits for those before it
        } else {
            send(one);
        }
        return null;
    }

    /**
     * Says whether somebody waits for what is on its way. If not, nobody is woken when it is in the
     * journal: that is noticed in passing. To be said before a look at what is there already.
     */
    void isAwaited(final boolean newIsAwaited) {
        if (isAwaited != newIsAwaited) {
            isAwaited = newIsAwaited;
        }
    }

    /** How many were offered. */
    long offeredCount() {
        return offeredCount;
    }

    /** How many of them are in the journal. */
    long appendedCount() {
        return appendedCount;
    }

    int doWork() {
        int workCount = 0;
        OnItsWay answered = outcomes.poll();
        while (answered != null) {
            answered.isAnswered = true;
            unansweredCount--;
            workCount++;
            answered = outcomes.poll();
        }
        OnItsWay first = onTheirWay.peek();
        while (first != null && first.isAnswered && isAppended(first.pending.status())) {
            onTheirWay.poll();
            length -= first.pending.length();
            appendedCount++;
            giveBack(first);
            first = onTheirWay.peek();
        }
        if (first != null && first.isAnswered && !isRefused) {
            isRefused = true;
            againAtNs = clockNs.getAsLong() + AGAIN_AFTER_NS;
        }
        if (isRefused && unansweredCount == 0 && clockNs.getAsLong() - againAtNs >= 0) {
            isRefused = false;
            series = new AppendSeries();
            onTheirWay.forEach(this::send);
            workCount++;
        }
        return workCount;
    }

    private void giveBack(final OnItsWay one) {
        if (spare.size() < SPARE_MAX && one.pending.buffer().capacity() <= SPARE_LENGTH_MAX) {
            spare.push(one);
        }
    }

    private void send(final OnItsWay one) {
        one.isAnswered = false;
        one.pending.series(series);
        one.pending.admittedNs(System.nanoTime());
        unansweredCount++;
        if (isRefused || !inbox.offer(one.pending)) {
            one.pending.complete(PendingAppend.Status.BACK_PRESSURED);
            isRefused = true;
            againAtNs = clockNs.getAsLong() + AGAIN_AFTER_NS;
        }
    }

    private static boolean isAppended(final PendingAppend.Status status) {
        return status == PendingAppend.Status.APPENDED
                || status == PendingAppend.Status.NOT_DURABLE;
    }
}

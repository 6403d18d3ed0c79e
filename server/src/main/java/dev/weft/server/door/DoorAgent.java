package dev.weft.server.door;

import dev.weft.protocol.Limits;
import dev.weft.protocol.door.DoorDescriptor;
import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events out of the door's ring, checks and prepares them, hands them to the sequencer in
 * batches, and writes the outcomes back. What it finds broken ends this generation of the door, and
 * a new one is made; nothing else is touched by it.
 *
 * <p>Thread: the door's, but for {@link #command}, which any may call.
 */
final class DoorAgent implements Agent {
    /** A claim that is not finished for so long ends the generation, unless its claimer is dead. */
    static final long STALL_MAX_NS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(DoorAgent.class);
    private static final long STALL_MAX_CLOSING_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int EVENTS_PER_CYCLE_MAX = 4_096;
    private static final int COMMANDS_PER_CYCLE_MAX = 64;
    private static final int COMMANDS_MAX = 1_024;
    private static final int BATCHES = 16; // a power of two
    private static final long NOWHERE = -1;
    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Its surroundings. */
    record Context(
            AppendInbox inbox,
            EventRules rules,
            boolean durable,
            boolean sleepless,
            Signal door,
            LongSupplier clockMs,
            LongSupplier clockNs,
            Runnable maker) {}

    private final ManyToOneConcurrentArrayQueue<Runnable> commands; // offered by any thread
    private final Consumer<Runnable> onCommand = Runnable::run;

    private final Context context;
    private final EventIds ids = new EventIds();
    private final EventParser parser;
    private final byte[] scratch = new byte[Limits.EVENT_LENGTH_MAX + EventParser.PADDING];
    private final DoorCounters counters = new DoorCounters();
    private final Seat[] seats = new Seat[DoorDescriptor.SLOT_COUNT];

    // Batches in the order of their events: [oldest, next) are under way, then comes the open one.
    private final DoorBatch[] batches = new DoorBatch[BATCHES];
    private long oldest;
    private long next;
    private boolean open;
    private boolean refused; // the sequencer had no room for it

    private @Nullable DoorFile file; // null while there is no door
    private @Nullable DoorRing ring;
    private boolean making;
    private int seatsTaken;
    private long stalledAt = NOWHERE;
    private long stalledSinceNs;
    private @Nullable String closing; // why; then what is in the ring is taken, nothing new comes
    private @Nullable Runnable onStopped; // set when the server stops: no door comes after this one

    /**
     * Makes it without a file.
     *
     * @param context {@code maker} has a file made and given to {@link #made} or {@link #notMade}
     *     by a command, on another thread.
     */
    DoorAgent(final Context context) {
        this.context = context;
        commands = new ManyToOneConcurrentArrayQueue<>(COMMANDS_MAX);
        parser = new EventParser(context.rules(), ids);
        for (int i = 0; i < BATCHES; i++) {
            batches[i] = new DoorBatch(context.door());
        }
    }

    @Override
    public String roleName() {
        return "weft-door";
    }

    /** How long its thread may park. Thread: the door's. */
    long parkNs() {
        return refused ? RETRY_NS : PARK_NS;
    }

    DoorCounters counters() {
        return counters;
    }

    /** Has something done on the door's thread; false if there is no room. Any thread. */
    boolean command(final Runnable command) {
        final boolean offered = commands.offer(command);
        context.door().signal();
        return offered;
    }

    @Override
    public int doWork() {
        if (seatsTaken == 0 && next == oldest && closing == null && commands.isEmpty()) {
            // an open batch would keep its publishers' seats
            return 0;
        }
        try {
            if (isCut()) {
                return 1;
            }
            int workCount = commands.drain(onCommand, COMMANDS_PER_CYCLE_MAX);
            workCount += acknowledge();
            workCount += takeIn();
            workCount += rest(workCount);
            isCut(); // also has an error of an access up to here thrown here, and not elsewhere
            return workCount;
        } catch (final InternalError ex) {
            remake("its memory cannot be used: " + ex.getMessage());
            return 1;
        }
    }

    /** Goes to sleep if there was nothing to do; then looks once more. */
    private int rest(final int workCount) {
        final DoorRing current = ring;
        int more = 0;
        if (current != null && workCount == 0 && !context.sleepless() && maySleep(current)) {
            current.fallAsleep();
            counters.sleeps.increment();
            more = takeIn();
        }
        if (seatsTaken > 0) {
            freeSeats();
        }
        if (closing != null && more == 0 && workCount == 0) {
            endClosing();
        }
        return more;
    }

    /** Awake, and nothing comes before a publisher rings or a batch is through. */
    private boolean maySleep(final DoorRing current) {
        return !current.isAsleep() && (stalledAt != NOWHERE || hasRoom());
    }

    private int takeIn() {
        final DoorRing current = ring;
        if (current == null) {
            flush();
            return 0;
        }
        int taken = 0;
        int length = DoorRing.NONE;
        while (taken < EVENTS_PER_CYCLE_MAX && hasRoom()) {
            length = current.next();
            if (length == DoorRing.CLAIMED && skipDead(current)) {
                continue;
            }
            if (length < 0) {
                break;
            }
            if (taken == 0) {
                current.wakeUp();
                ids.time(context.clockMs().getAsLong());
            }
            take(current, length);
            taken++;
            if (batch().isFull() && flush()) {
                current.release();
            }
        }
        flush();
        current.release();
        if (length == DoorRing.BROKEN) {
            remake("its ring makes no sense");
        } else if (length == DoorRing.CLAIMED) {
            onStalled(current);
        } else {
            stalledAt = NOWHERE;
        }
        return taken;
    }

    private void take(final DoorRing current, final int length) {
        final int slot = current.slot();
        final Seat seat = seats[slot];
        current.take(scratch, length);
        counters.bytes.add(length);
        if (!seat.isTaken()) { // nobody was given this slot
            counters.refused.increment();
            return;
        }
        if (!open) {
            batch().begin(file().generation(), context.durable());
            open = true;
        }
        seat.onOffer();
        parser.wrap(scratch, length);
        if (!batch().add(parser, length, slot)) {
            counters.refused.increment();
            seat.explain(parser.error().detail());
        }
    }

    /** Whether there is a batch for one more event. */
    private boolean hasRoom() {
        return next - oldest < BATCHES && !(open && batch().isFull() && !flush());
    }

    /** Hands the open batch over; false if the sequencer has no room for it now. */
    private boolean flush() {
        if (!open) {
            return true;
        }
        final DoorBatch batch = batch();
        if (batch.pending().count() == 0) {
            batch.completeEmpty();
        } else {
            batch.pending().admittedNs(context.clockNs().getAsLong());
            refused = !context.inbox().offer(batch.pending());
            if (refused) {
                return false;
            }
            counters.events.add(batch.pending().count());
        }
        open = false;
        next++;
        return true;
    }

    private DoorBatch batch() {
        return batches[(int) next & BATCHES - 1];
    }

    /** Tells the outcomes, in the order of the events. */
    private int acknowledge() {
        int count = 0;
        while (oldest < next) {
            final DoorBatch batch = batches[(int) oldest & BATCHES - 1];
            if (!batch.isCompleted()) {
                break;
            }
            if (file != null && file.generation() == batch.generation()) {
                batch.acknowledge(seats);
            }
            count += batch.count();
            oldest++;
        }
        return count;
    }

    // ---- publishers that come and go ----

    /** Gives a slot to who connected. */
    void arrive(final Visitor visitor) {
        final DoorRing current = ring;
        if (current == null || closing != null) {
            visitor.dismiss();
            make();
            return;
        }
        for (int slot = 0; slot < seats.length; slot++) {
            if (!seats[slot].isTaken()) {
                seats[slot].take(visitor);
                seatsTaken++;
                counters.publishers.set(seatsTaken);
                visitor.welcome(slot, file().generation());
                return;
            }
        }
        visitor.dismiss();
    }

    /** Somebody has gone, in good order or not. */
    void depart(final Visitor visitor) {
        final DoorRing current = ring;
        for (final Seat seat : seats) {
            if (current != null && seat.visitor() == visitor) {
                final long ahead = current.claimed() - current.position();
                final long claimed = Math.max(0, Math.min(ahead, DoorDescriptor.RING_CAPACITY));
                seat.leave(current.position() + claimed);
            }
        }
    }

    private void freeSeats() {
        final DoorRing current = ring;
        int count = 0;
        for (final Seat seat : seats) {
            if (current != null && !seat.free(current.position())) {
                count++;
            }
        }
        seatsTaken = count;
        counters.publishers.set(count);
    }

    // ---- what goes wrong ----

    /** Goes behind a claim whose claimer is known to be gone. */
    private boolean skipDead(final DoorRing current) {
        final int claimer = current.claimer();
        if (claimer == DoorRing.NONE || seats[claimer].isPresent() || !current.skip()) {
            return false;
        }
        counters.abandoned.increment();
        return true;
    }

    /** The next place is claimed by somebody who lives, or nobody knows by whom. */
    private void onStalled(final DoorRing current) {
        final long nowNs = context.clockNs().getAsLong();
        if (stalledAt != current.position()) {
            stalledAt = current.position();
            stalledSinceNs = nowNs;
        } else if (closing == null && nowNs - stalledSinceNs > STALL_MAX_NS) {
            close("a publisher does not finish its event");
        } else if (closing != null && nowNs - stalledSinceNs > STALL_MAX_CLOSING_NS) {
            // Nobody claims this memory again, so it does no harm if he wakes and writes there.
            if (current.skip()) {
                counters.abandoned.increment();
                context.door().signal();
            }
        }
    }

    private void close(final String reason) {
        closing = reason;
        file().shut();
        stalledSinceNs = context.clockNs().getAsLong();
        context.door().signal();
    }

    private void endClosing() {
        final DoorRing current = ring;
        final boolean isEmpty =
                current == null
                        || stalledAt == NOWHERE
                        || context.clockNs().getAsLong() - stalledSinceNs
                                > 2 * STALL_MAX_CLOSING_NS;
        if (!isEmpty || open || oldest < next) {
            return;
        }
        if (onStopped == null) {
            remake(String.valueOf(closing));
        } else {
            endGeneration();
        }
    }

    private boolean isCut() {
        if (file == null || file.isWhole()) {
            return false;
        }
        remake("its file was cut");
        return true;
    }

    private void remake(final String reason) {
        if (file == null) {
            return;
        }
        LOG.error("door is closed and made anew: {}", reason);
        counters.remade.increment();
        endGeneration();
        make();
    }

    /** Everybody is sent away; what is not acknowledged by now will not be in this generation. */
    private void endGeneration() {
        final DoorFile ended = file;
        file = null;
        ring = null;
        counters.open.set(0);
        closing = null;
        stalledAt = NOWHERE;
        open = false; // what is in the open batch stays without an outcome, too
        refused = false;
        seatsTaken = 0;
        counters.publishers.set(0);
        if (ended != null) {
            if (ended.isWhole()) {
                ended.shut();
            }
            ended.close();
            for (final Seat seat : seats) {
                final Visitor visitor = seat.visitor();
                if (visitor != null) {
                    visitor.dismiss();
                }
            }
            if (onStopped != null) {
                ended.delete();
            }
        }
        if (onStopped != null) {
            onStopped.run();
        }
    }

    private void make() {
        if (file == null && !making && onStopped == null) {
            making = true;
            context.maker().run();
        }
    }

    /** There is a new file. */
    void made(final DoorFile newFile) {
        making = false;
        if (onStopped != null) {
            newFile.close();
            newFile.delete();
            return;
        }
        file = newFile;
        counters.open.set(1);
        ring = new DoorRing(newFile);
        for (int slot = 0; slot < seats.length; slot++) {
            seats[slot] = new Seat(newFile, slot);
        }
    }

    /** There is none; who comes next has it tried again. */
    void notMade() {
        making = false;
    }

    /** Takes in what is there, then ends for good and says so. */
    void stop(final Runnable whenStopped) {
        onStopped = whenStopped;
        if (file == null) {
            endGeneration();
        } else {
            close("the server stops");
        }
    }

    private DoorFile file() {
        if (file == null) {
            throw new IllegalStateException("there is no door");
        }
        return file;
    }
}

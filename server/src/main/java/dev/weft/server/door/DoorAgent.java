package dev.weft.server.door;

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
 * Serves a door: has events taken in and outcomes told, gives out slots, sleeps and wakes. What it
 * finds broken ends this generation of the door, and a new one is made; nothing else is touched by
 * it.
 *
 * <p>Thread: the door's, but for {@link #command}, which any may call.
 */
final class DoorAgent implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(DoorAgent.class);

    /** A claim that is not finished for so long ends the generation, unless its claimer is dead. */
    private static final long STALL_MAX_NS = TimeUnit.SECONDS.toNanos(1);

    /** The same when the generation is about to end anyway. */
    private static final long STALL_MAX_CLOSING_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int COMMANDS_PER_CYCLE_MAX = 64;
    private static final int COMMANDS_MAX = 1_024;
    private static final long NOWHERE = -1;

    /**
     * Its surroundings.
     *
     * @param sleepless its thread never parks, so nobody has to ring.
     * @param maker has a file made, on another thread, and given to {@link #made} or {@link
     *     #notMade} by a command.
     */
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
    private final DoorCounters counters = new DoorCounters();
    private final DoorBatches batches;
    private final DoorIntake intake;
    private @Nullable DoorGeneration generation; // null while there is no door
    private boolean making;
    private long stalledAt = NOWHERE;
    private long stalledSinceNs;
    private @Nullable String closing; // why; then what is in the ring is taken, nothing new comes
    private @Nullable Runnable onStopped; // set when the server stops: no door comes after this one

    /** Makes it without a door. */
    DoorAgent(final Context context) {
        this.context = context;
        commands = new ManyToOneConcurrentArrayQueue<>(COMMANDS_MAX);
        batches =
                new DoorBatches(
                        context.inbox(),
                        context.durable(),
                        context.door(),
                        context.clockNs(),
                        counters);
        intake = new DoorIntake(context.rules(), context.clockMs(), batches, counters);
    }

    @Override
    public String roleName() {
        return "weft-door";
    }

    DoorCounters counters() {
        return counters;
    }

    /** How long its thread may park. Thread: the door's. */
    long parkNs() {
        return batches.isRefused() ? RETRY_NS : PARK_NS;
    }

    /** Has something done on the door's thread; false if there is no room. Any thread. */
    boolean command(final Runnable command) {
        final boolean offered = commands.offer(command);
        context.door().signal();
        return offered;
    }

    @Override
    public int doWork() {
        if (isUnused() && commands.isEmpty()) {
            return 0;
        }
        try {
            if (isCut()) {
                return 1;
            }
            int workCount = commands.drain(onCommand, COMMANDS_PER_CYCLE_MAX);
            workCount += serve();
            isCut(); // also has an error of an access up to here thrown here, and not elsewhere
            return workCount;
        } catch (final InternalError ex) {
            remake("its memory cannot be used: " + ex.getMessage());
            return 1;
        }
    }

    private boolean isUnused() {
        return batches.isEmpty()
                && closing == null
                && (generation == null || generation.seats().takenCount() == 0);
    }

    private int serve() {
        final DoorGeneration door = generation;
        if (door == null) { // what is under way of the one before has nobody to be told to
            return batches.acknowledge(null);
        }
        int workCount = batches.acknowledge(door);
        workCount += takeIn(door);
        if (workCount == 0 && maySleep(door)) {
            door.ring().fallAsleep();
            counters.sleeps.increment();
            workCount = takeIn(door);
        }
        door.seats().free(door.ring().position());
        counters.publishers.set(door.seats().takenCount());
        if (intake.ending() == DoorRing.BROKEN) {
            remake("its ring makes no sense");
        } else if (closing != null && workCount == 0) {
            endClosing();
        }
        return workCount;
    }

    /** Awake, and nothing comes before a publisher rings or a batch is through. */
    private boolean maySleep(final DoorGeneration door) {
        return !context.sleepless()
                && !door.ring().isAsleep()
                && (stalledAt != NOWHERE || batches.hasRoom());
    }

    private int takeIn(final DoorGeneration door) {
        int taken = intake.takeIn(door);
        if (intake.ending() == DoorRing.CLAIMED && isPassedOver(door.ring())) {
            taken += 1 + intake.takeIn(door); // it counts: what lies behind it comes first
        }
        if (intake.ending() != DoorRing.CLAIMED) {
            stalledAt = NOWHERE;
        }
        return taken;
    }

    /**
     * The next place is claimed by somebody who lives, or nobody knows by whom. It is waited for;
     * then the generation is closed; and when it is closed, gone behind.
     */
    private boolean isPassedOver(final DoorRing ring) {
        final long nowNs = context.clockNs().getAsLong();
        if (stalledAt != ring.position()) {
            stalledAt = ring.position();
            stalledSinceNs = nowNs;
        } else if (closing == null && nowNs - stalledSinceNs > STALL_MAX_NS) {
            close("a publisher does not finish its event");
        } else if (closing != null && nowNs - stalledSinceNs > STALL_MAX_CLOSING_NS) {
            // Nobody claims this memory again, so it does no harm if he wakes and writes there.
            if (ring.skip(ring.claimLength())) {
                counters.abandoned.increment();
                return true;
            }
        }
        return false;
    }

    // ---- publishers that come and go ----

    /** Gives a slot to who connected, or sends it away. */
    void arrive(final Visitor visitor) {
        if (generation == null || closing != null) {
            visitor.dismiss();
            make();
        } else {
            generation.seats().arrive(visitor, generation.number());
        }
    }

    /** Somebody has gone, in good order or not. */
    void depart(final Visitor visitor) {
        if (generation != null) {
            generation.seats().depart(visitor, generation.ring());
        }
    }

    // ---- generations that come and go ----

    /** There is a new file. */
    void made(final DoorFile file) {
        making = false;
        if (onStopped != null) {
            file.delete();
            file.close();
            return;
        }
        generation = DoorGeneration.of(file);
        counters.open.set(1);
    }

    /** There is none; who comes next has it tried again. */
    void notMade() {
        making = false;
    }

    /** Takes in what is there, then ends for good and says so. */
    void stop(final Runnable whenStopped) {
        onStopped = whenStopped;
        if (generation == null) {
            whenStopped.run();
        } else {
            close("the server stops");
        }
    }

    private void close(final String reason) {
        closing = reason;
        stalledSinceNs = context.clockNs().getAsLong();
        if (generation != null) {
            generation.file().shut();
        }
        context.door().signal();
    }

    private void endClosing() {
        final boolean isEmpty =
                stalledAt == NOWHERE
                        || context.clockNs().getAsLong() - stalledSinceNs
                                > 2 * STALL_MAX_CLOSING_NS;
        if (isEmpty && batches.isEmpty()) {
            if (onStopped == null) {
                remake(String.valueOf(closing));
            } else {
                end();
            }
        }
    }

    private boolean isCut() {
        if (generation == null || generation.file().isWhole()) {
            return false;
        }
        remake("its file was cut");
        return true;
    }

    private void remake(final String reason) {
        if (generation != null) {
            LOG.error("door is closed and made anew: {}", reason);
            counters.remade.increment();
            end();
            make();
        }
    }

    /** What has no outcome by now gets none. */
    private void end() {
        final DoorGeneration ended = generation;
        generation = null;
        closing = null;
        stalledAt = NOWHERE;
        batches.drop();
        counters.open.set(0);
        counters.publishers.set(0);
        if (ended != null) {
            if (onStopped != null) {
                ended.file().delete();
            }
            ended.end();
        }
        if (onStopped != null) {
            onStopped.run();
        }
    }

    private void make() {
        if (generation == null && !making && onStopped == null) {
            making = true;
            context.maker().run();
        }
    }
}

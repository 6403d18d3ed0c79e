package dev.weft.server.session.drive;

import dev.weft.protocol.Problem;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.SessionDriver;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.index.EventIndex;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.worker.LostLeases;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the drivers what the events say, and makes events of what they tell. It asks the query
 * thread when something has changed, and once a second for leases that are over and for sessions to
 * be carried on. After a start it first hands over what is active. Thread: {@code weft-drive};
 * {@link #signal} is for all.
 */
public final class DriveAgent implements Agent, Signal {
    private static final Logger LOG = LoggerFactory.getLogger(DriveAgent.class);
    private static final int TASKS_PER_CYCLE_MAX = 1_024;
    private static final long LOOKS_EVERY_NS = 1_000_000_000;
    private static final long AGAIN_AFTER_NS = 100_000_000;

    /** This server runs without an index, and so without sessions. */
    static final int NOT_IMPLEMENTED = 501;

    private static final Reply DONE = new Reply(200, null);

    /** What it is made of. */
    public record Parts(
            History history,
            Journal journal,
            AppendInbox inbox,
            ServerEvents events,
            SessionCommands sessionCommands,
            LostLeases leases,
            OrderMode mode,
            boolean durable,
            LongSupplier clockNs) {}

    private final ManyToOneConcurrentLinkedQueue<Runnable> tasks =
            new ManyToOneConcurrentLinkedQueue<>(); // one for each question and command under way
    private final AtomicBoolean changed = new AtomicBoolean(true); // set by any, cleared by this
    private final Parts parts;
    private final Commands commands;
    private final OrderedAppends appends;
    private final DriveEvents events;
    private final Map<String, SessionDriver> drivers = new HashMap<>(); // by name
    private final List<SessionDriver> distinct;
    private final OrderReading reading;
    private final CarriedOn carriedOn;
    private final Map<String, SessionRef> active = new HashMap<>(); // by id
    private Signal wakeUp = () -> {}; // set before the thread starts
    private State state = State.NEW;
    private long asOf; // newest sequence that the drivers know of
    private long againAtNs;
    private long looksAtNs;
    private boolean isAskingForLeases;
    private boolean isCarrying;

    private enum State {
        NEW,
        RECOVERING,
        IDLE,
        ASKING,
        /** There are no sessions here. */
        OFF
    }

    /** Makes drivers, which need to tell what happens. */
    @FunctionalInterface
    public interface DriverFactory {
        /**
         * All of this server.
         *
         * @param wakeUp has {@link SessionDriver#doWork} called soon; for any thread.
         */
        List<SessionDriver> make(DriverEvents events, Signal wakeUp);
    }

    /** Makes the drivers; nothing starts yet. */
    public DriveAgent(final Parts parts, final DriverFactory factory) {
        this.parts = parts;
        commands =
                new Commands(
                        parts.history(),
                        parts.journal(),
                        parts.inbox(),
                        parts.events(),
                        this::execute,
                        parts.durable());
        appends = new OrderedAppends(parts.inbox(), parts.events(), this::wake, parts.clockNs());
        events =
                new DriveEvents(
                        appends,
                        commands,
                        parts.sessionCommands(),
                        parts.mode(),
                        parts.clockNs(),
                        this::forget);
        distinct = List.copyOf(factory.make(events, this::wake));
        distinct.forEach(driver -> driver.names().forEach(name -> drivers.put(name, driver)));
        reading = new OrderReading(parts.sessionCommands().sessions(), drivers.keySet());
        carriedOn = new CarriedOn(parts.journal(), commands, parts.sessionCommands());
        againAtNs = parts.clockNs().getAsLong();
        looksAtNs = againAtNs;
    }

    /** Sets what wakes its thread; before that starts. */
    public void wakeBy(final Signal newWakeUp) {
        wakeUp = newWakeUp;
    }

    /** Names of the drivers. */
    public Set<String> drivers() {
        return Set.copyOf(drivers.keySet());
    }

    /** A session has changed. Any thread. */
    @Override
    public void signal() {
        if (!distinct.isEmpty()) {
            changed.set(true);
            wakeUp.signal();
        }
    }

    private void wake() {
        wakeUp.signal();
    }

    private void execute(final Runnable task) {
        tasks.offer(task);
        wakeUp.signal();
    }

    @Override
    public String roleName() {
        return "drive";
    }

    @Override
    public int doWork() {
        int workCount = runTasks();
        workCount += appends.doWork();
        workCount += ask();
        workCount += lookAround();
        for (final SessionDriver driver : distinct) {
            workCount += driver.doWork();
        }
        return workCount + events.doWork();
    }

    private int runTasks() {
        int count = 0;
        while (count < TASKS_PER_CYCLE_MAX) {
            final Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            task.run();
            count++;
        }
        return count;
    }

    /** Asks what is to be done, if something may be. */
    private int ask() {
        if (parts.clockNs().getAsLong() - againAtNs < 0) {
            return 0;
        }
        if (state == State.NEW) {
            state = State.RECOVERING;
            recover();
            return 1;
        }
        if (state == State.IDLE && !distinct.isEmpty() && changed.getAndSet(false)) {
            state = State.ASKING;
            askForOrders();
            return 1;
        }
        return 0;
    }

    private void recover() {
        final OrderReading.@Nullable Active[] found = new OrderReading.Active[1];
        final List<String> kept =
                distinct.stream().flatMap(driver -> driver.kept().stream()).distinct().toList();
        run(
                (index, head) -> (found[0] = reading.active(index, head, kept)) != null,
                () -> recovered(Objects.requireNonNull(found[0])),
                State.NEW);
    }

    private void recovered(final OrderReading.Active found) {
        asOf = found.asOf();
        found.active().forEach(session -> active.put(session.id(), session));
        for (final SessionDriver driver : distinct) {
            final List<SessionRef> its =
                    found.active().stream()
                            .filter(session -> drivers.get(session.driver()) == driver)
                            .toList();
            safely(null, () -> driver.recover(its));
        }
        found.deleted().forEach(this::delete);
        found.stopping().forEach(session -> stop(session.id()));
        found.waiting().forEach(this::start);
        found.early().forEach(this::follow);
        found.abandoned().forEach(this::abandon);
        state = State.IDLE;
    }

    /** The operator has taken its command away: nobody else would ever tell its end. */
    private void abandon(final SessionRef session) {
        events.failed(
                session,
                "there is no command of this name any more: " + session.driver(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    private void askForOrders() {
        final long from = asOf;
        final OrderReading.@Nullable Piece[] found = new OrderReading.Piece[1];
        run(
                (index, head) -> (found[0] = reading.after(index, head, from)) != null,
                () -> take(Objects.requireNonNull(found[0])),
                State.IDLE);
    }

    private void take(final OrderReading.Piece piece) {
        asOf = piece.asOf(); // before they are followed: whatever happens, none is followed twice
        state = State.IDLE;
        if (!piece.isLast()) {
            changed.set(true);
        }
        piece.orders().forEach(this::follow);
    }

    private void follow(final Order order) {
        final SessionRef session = active.get(order.id());
        switch (order.kind()) {
            case START -> start(Objects.requireNonNull(order.session()));
            case STOP -> stop(order.id());
            case DELETE -> {
                stop(order.id());
                delete(order.id());
            }
            case SEND -> {
                if (session != null) {
                    safely(
                            session,
                            () ->
                                    driver(session)
                                            .send(session, Objects.requireNonNull(order.run())));
                }
            }
            case INTERRUPT -> {
                if (session != null) {
                    safely(session, () -> driver(session).interrupt(session, order.runId()));
                }
            }
        }
    }

    private void start(final SessionRef session) {
        if (!drivers.containsKey(session.driver())) {
            abandon(session);
            return;
        }
        active.put(session.id(), session);
        safely(session, () -> driver(session).start(session));
    }

    private void stop(final String id) {
        final SessionRef session = active.get(id);
        if (session != null) {
            safely(session, () -> driver(session).stop(session));
        }
    }

    private void delete(final String id) {
        for (final SessionDriver driver : distinct) {
            safely(null, () -> driver.deleted(id));
        }
    }

    /** Nothing is to be done for a start that is over. */
    private void forget(final SessionRef ended) {
        active.computeIfPresent(
                ended.id(),
                (id, known) -> known.startSequence() == ended.startSequence() ? null : known);
    }

    private SessionDriver driver(final SessionRef session) {
        return Objects.requireNonNull(drivers.get(session.driver()));
    }

    /** Whatever a driver throws ends one session and nothing else. */
    private void safely(final @Nullable SessionRef session, final Runnable call) {
        try {
            call.run();
        } catch (final RuntimeException ex) {
            LOG.error("a driver failed: session={}", session, ex);
            if (session != null) {
                events.failed(
                        session,
                        "the driver failed: " + ex.getMessage(),
                        OptionalInt.empty(),
                        OptionalInt.empty());
            }
        }
    }

    /** Once a second: for workers that are not heard of, and for what retention would delete. */
    private int lookAround() {
        final long now = parts.clockNs().getAsLong();
        if (state == State.OFF || now - looksAtNs < 0) {
            return 0;
        }
        looksAtNs = now + LOOKS_EVERY_NS;
        if (!isAskingForLeases) {
            isAskingForLeases = true;
            parts.leases().look(commands, parts.sessionCommands(), () -> isAskingForLeases = false);
        }
        if (!isCarrying) {
            isCarrying = true;
            carriedOn.look(() -> isCarrying = false);
        }
        return 1;
    }

    /** What is read on the query thread. */
    @FunctionalInterface
    private interface Reading {
        /** Whether that was all; else it is asked again in the next turn. */
        boolean read(EventIndex index, long head);
    }

    private void run(final Reading question, final Runnable then, final State ifRefused) {
        commands.run(
                (index, head) -> question.read(index, head) ? Decision.reply(DONE) : null,
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        then.run();
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        state = problem.status() == NOT_IMPLEMENTED ? State.OFF : ifRefused;
                        changed.set(true);
                        againAtNs = parts.clockNs().getAsLong() + AGAIN_AFTER_NS;
                    }
                });
    }

    @Override
    public void onClose() {
        for (final SessionDriver driver : distinct) {
            safely(null, driver::close);
        }
    }
}

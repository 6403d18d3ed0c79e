package dev.weft.server.session.drive;

import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.driver.RunInput;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.record.RecordView;
import dev.weft.server.session.DriverNames;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what is to be done from the events. Thread: query. */
final class OrderReading {
    private static final int STEP_EVENTS_MAX = 256;

    /** Runs that a session can be asked for before it is started, and that are passed on then. */
    private static final int EARLY_MAX = 64;

    /** Events that are looked at for these: others may have published some. */
    private static final int LOOKS_MAX = 1_024;

    private final Sessions sessions;
    private final Set<String> drivers;
    private final RecordView view = new RecordView();

    /**
     * Makes it.
     *
     * @param drivers names of those of this server.
     */
    OrderReading(final Sessions sessions, final Set<String> drivers) {
        this.sessions = sessions;
        this.drivers = Set.copyOf(drivers);
    }

    /**
     * What is active by the events.
     *
     * @param waiting sessions that nobody has begun to make run.
     * @param active the others.
     * @param stopping those of the others that are to stop.
     * @param abandoned those of a driver that there is no more.
     * @param early runs that the waiting ones were asked for, the first {@link #EARLY_MAX} of each.
     * @param deleted of those of which a driver keeps something, those that were deleted.
     * @param asOf newest sequence that this takes into account.
     */
    record Active(
            List<SessionRef> waiting,
            List<SessionRef> active,
            List<SessionRef> stopping,
            List<SessionRef> abandoned,
            List<Order> early,
            List<String> deleted,
            long asOf) {}

    /**
     * What is active; null to be asked again in the next turn.
     *
     * @param kept ids of sessions of which a driver keeps something.
     */
    @Nullable Active active(final EventIndex index, final long head, final List<String> kept) {
        final SessionTable table = sessions.upTo(index, head);
        if (table == null) {
            return null;
        }
        final Active found =
                new Active(
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        new ArrayList<>(),
                        kept.stream().filter(id -> isDeleted(table, index, id)).toList(),
                        sessions.asOf());
        for (final SessionState session : table.before(Long.MAX_VALUE)) {
            if (!session.phase().isActive() || session.driver().equals(DriverNames.WORKER)) {
                continue;
            }
            final SessionRef ref = ref(session, index.reads());
            if (!drivers.contains(session.driver())) {
                found.abandoned.add(ref);
                continue;
            }
            if (session.phase() == Phase.PENDING) {
                found.waiting.add(ref);
                addEarly(session, index, found);
            } else {
                found.active.add(ref);
            }
            if (session.phase() == Phase.STOPPING) {
                found.stopping.add(ref);
            }
        }
        return found;
    }

    /** Only of what the server itself says was deleted: anything may lie beside it. */
    private boolean isDeleted(final SessionTable table, final EventIndex index, final String id) {
        if (!SessionCommands.isId(id) || table.get(id) != null) {
            return false;
        }
        final Sequences newestFirst =
                index.select(
                                SessionEvents.about(id)
                                        .where(IndexField.TYPE, SessionEvents.DELETED)
                                        .upTo(sessions.asOf()))
                        .descending(0);
        final EventReads reads = index.reads();
        for (int i = 0; i < EARLY_MAX; i++) {
            final long sequence = newestFirst.next();
            if (sequence == Sequences.NONE) {
                return false;
            }
            if (reads.at(sequence) && view.wrap(reads.block(), reads.index()).isServers()) {
                return true;
            }
        }
        return false;
    }

    /** Nobody was told of these before. */
    private void addEarly(final SessionState session, final EventIndex index, final Active found) {
        final Sequences asked =
                index.select(
                                SessionEvents.about(session.id())
                                        .where(IndexField.TYPE, SessionEvents.RUN_REQUESTED)
                                        .after(session.startSequence())
                                        .upTo(found.asOf))
                        .ascending(0);
        final EventReads reads = index.reads();
        int count = 0;
        for (int i = 0; i < LOOKS_MAX && count < EARLY_MAX; i++) {
            final long sequence = asked.next();
            if (sequence == Sequences.NONE) {
                return;
            }
            if (reads.at(sequence) && view.wrap(reads.block(), reads.index()).isServers()) {
                final Order order = run(session.id(), sequence);
                if (order != null) {
                    found.early.add(order);
                    count++;
                }
            }
        }
    }

    private SessionRef ref(final SessionState session, final EventReads reads) {
        final String wish = sessions.images().wish(session, reads);
        return new SessionRef(
                session.id(),
                session.startSequence(),
                session.driver(),
                wish == null ? "{}" : wish);
    }

    /**
     * A piece of what is to be done.
     *
     * @param asOf sequence up to which this has everything.
     * @param isLast whether there is no more by now.
     */
    record Piece(List<Order> orders, long asOf, boolean isLast) {}

    /** What is to be done by the events after a sequence; null to be asked again. */
    @Nullable Piece after(final EventIndex index, final long head, final long sequence) {
        final SessionTable table = sessions.upTo(index, head);
        if (table == null) {
            return null;
        }
        final long indexed = sessions.asOf();
        final List<Order> orders = new ArrayList<>();
        final EventReads reads = index.reads();
        final Sequences left =
                index.select(SessionEvents.ofOrders().after(sequence).upTo(indexed)).ascending(0);
        long last = sequence;
        for (int i = 0; i < STEP_EVENTS_MAX; i++) {
            final long next = left.next();
            if (next == Sequences.NONE) {
                return new Piece(orders, Math.max(indexed, sequence), true);
            }
            last = next;
            if (reads.at(next)) {
                view.wrap(reads.block(), reads.index());
                final Order order = order(table, next, reads);
                if (order != null) {
                    orders.add(order);
                }
            }
        }
        return new Piece(orders, last, false);
    }

    private @Nullable Order order(
            final SessionTable table, final long sequence, final EventReads reads) {
        final String type = view.text(RecordDescriptor.TYPE_OFFSET);
        final String subject = view.text(RecordDescriptor.SUBJECT_OFFSET);
        if (!view.isServers()
                || type == null
                || subject == null
                || !subject.startsWith(SessionEvents.KIND)) {
            return null; // somebody else's words
        }
        final String id = subject.substring(SessionEvents.KIND.length());
        return switch (type) {
            case SessionEvents.CREATED -> {
                final String driver = view.dataText("driver");
                yield driver != null && drivers.contains(driver)
                        ? Order.start(new SessionRef(id, sequence, driver, text()))
                        : null;
            }
            case SessionEvents.STARTING -> {
                final SessionState session = table.get(id);
                if (session == null || session.driver().equals(DriverNames.WORKER)) {
                    yield null;
                } // also for a driver that there is no more: it is told so
                final String wish = sessions.images().wish(session, reads);
                yield Order.start(
                        new SessionRef(id, sequence, session.driver(), wish == null ? "{}" : wish));
            }
            case SessionEvents.RUN_REQUESTED -> run(id, sequence);
            case SessionEvents.INTERRUPTED ->
                    Order.interrupt(id, view.text(RecordDescriptor.RUN_ID_OFFSET));
            case SessionEvents.STOPPING -> Order.stop(id);
            case SessionEvents.DELETED -> Order.delete(id);
            default -> null;
        };
    }

    private @Nullable Order run(final String id, final long sequence) {
        final String run = view.text(RecordDescriptor.RUN_ID_OFFSET);
        final String thread = view.dataText("threadId");
        return run == null
                ? null
                : Order.send(id, new RunInput(run, thread == null ? id : thread, sequence, text()));
    }

    private String text() {
        return new String(view.dataBytes(), StandardCharsets.UTF_8);
    }
}

package dev.weft.server.session.state;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.fold.Fold;
import dev.weft.server.index.EventQuery;
import dev.weft.server.record.RecordView;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All sessions that were created and not deleted. One that has ended is in it as long as the
 * journal has the event that created it, or that carried it last; one that goes on stays, and is to
 * be carried before that event is deleted. Thread: query.
 */
public final class SessionTable implements Fold {
    private static final EventQuery WANTED = SessionEvents.ofPhases();
    private static final int NAMES_MAX = 10_000;

    private final Map<String, SessionState> byId = new HashMap<>();
    private final TreeMap<Long, SessionState> byAge = new TreeMap<>(); // by createdSequence
    private final TreeMap<Long, SessionState> live = new TreeMap<>(); // by anchorSequence
    private final TreeMap<Long, SessionState> ended = new TreeMap<>(); // likewise, the others
    private final Set<SessionState> leased = new LinkedHashSet<>();
    private final Map<Phase, Integer> counts = new EnumMap<>(Phase.class);
    private final Map<String, String> names = new HashMap<>(); // of drivers and workers, kept once
    private final RecordView view = new RecordView();
    private final LongSupplier clockNs;
    private final long leaseNs;

    /**
     * Makes it empty.
     *
     * @param leaseNs how long a worker that is not heard of keeps a session; one that had it when
     *     the server stopped has so long from the start on.
     */
    public SessionTable(final LongSupplier clockNs, final long leaseNs) {
        this.clockNs = clockNs;
        this.leaseNs = leaseNs;
    }

    @Override
    public EventQuery wanted() {
        return WANTED;
    }

    @Override
    public void on(final BlockFlyweight block, final int index, final long sequence) {
        view.wrap(block, index);
        final String subject = view.text(RecordDescriptor.SUBJECT_OFFSET);
        final String type = view.text(RecordDescriptor.TYPE_OFFSET);
        if (!view.isServers()
                || type == null
                || subject == null
                || !subject.startsWith(SessionEvents.KIND)) {
            return; // somebody else's words
        }
        final String id = subject.substring(SessionEvents.KIND.length());
        final SessionState session = byId.get(id);
        if (session == null) {
            if (type.equals(SessionEvents.CREATED)) {
                create(id, sequence);
            } else if (type.equals(SessionEvents.CARRIED)) {
                createCarried(id, sequence);
            }
            return;
        }
        takeOut(session);
        if (!type.equals(SessionEvents.DELETED)) {
            change(session, type, sequence);
            putIn(session);
        }
    }

    private void create(final String id, final long sequence) {
        final String driver = view.dataText("driver");
        putIn(new SessionState(id, name(driver == null ? "" : driver), sequence));
    }

    /** What was before it is deleted. */
    private void createCarried(final String id, final long sequence) {
        final CarriedSession carried = CarriedSession.read(view.dataBytes());
        if (carried == null) {
            return;
        }
        final SessionState session = new SessionState(id, name(carried.driver()), carried);
        session.anchor(sequence);
        final String worker = view.dataText("worker");
        final String lease = view.dataText("lease_id");
        if (worker != null && lease != null) {
            session.held(name(worker), lease, leaseUntilNs());
        }
        putIn(session);
    }

    private void change(final SessionState session, final String type, final long sequence) {
        switch (type) {
            case SessionEvents.STARTING -> session.starting(sequence);
            case SessionEvents.CLAIMED -> {
                final String worker = view.dataText("worker");
                final String lease = view.dataText("lease_id");
                session.claimed(
                        name(worker == null ? "" : worker),
                        lease == null ? "" : lease,
                        leaseUntilNs());
            }
            case SessionEvents.RUNNING -> session.phase(Phase.RUNNING);
            case SessionEvents.STOPPING -> session.phase(Phase.STOPPING);
            case SessionEvents.STOPPED -> session.ended(Phase.STOPPED, sequence);
            case SessionEvents.COMPLETED -> session.ended(Phase.COMPLETED, sequence);
            case SessionEvents.FAILED -> session.ended(Phase.FAILED, sequence);
            case SessionEvents.LEASE_LOST -> session.leaseLost();
            case SessionEvents.CARRIED -> session.anchor(sequence);
            default -> {}
        }
    }

    private void putIn(final SessionState session) {
        byId.put(session.id(), session);
        byAge.put(session.createdSequence(), session);
        (session.phase().isActive() ? live : ended).put(session.anchorSequence(), session);
        if (session.leaseId() != null) {
            leased.add(session);
        }
        count(session.phase(), 1);
    }

    private void takeOut(final SessionState session) {
        byId.remove(session.id());
        byAge.remove(session.createdSequence());
        live.remove(session.anchorSequence());
        ended.remove(session.anchorSequence());
        leased.remove(session);
        count(session.phase(), -1);
    }

    @Override
    public void onOldest(final long oldestSequence) {
        Map.Entry<Long, SessionState> first = ended.firstEntry();
        while (first != null && first.getKey() < oldestSequence) {
            takeOut(first.getValue());
            first = ended.firstEntry();
        }
    }

    /** First sequence that those need which go on; {@link Long#MAX_VALUE} if none does. */
    public long neededSequence() {
        return live.isEmpty() ? Long.MAX_VALUE : live.firstKey();
    }

    /** Those that go on and are made of an event before a sequence. */
    public Collection<SessionState> liveBefore(final long sequence) {
        return live.headMap(sequence, false).values();
    }

    /** The session of an id, null if there is none. */
    public @Nullable SessionState get(final String id) {
        return byId.get(id);
    }

    /** How many there are. */
    public int size() {
        return byId.size();
    }

    /** How many callers see with a status. */
    public int count(final String status) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().status().equals(status))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** Those that were created before a sequence, the newest first. */
    public Collection<SessionState> before(final long sequence) {
        final NavigableMap<Long, SessionState> older = byAge.headMap(sequence, false);
        return older.descendingMap().values();
    }

    /** Those that a worker has. */
    public Collection<SessionState> leased() {
        return leased;
    }

    /** When a lease is over that is renewed now. */
    public long leaseUntilNs() {
        return clockNs.getAsLong() + leaseNs;
    }

    /** Whether a worker was not heard of for too long. */
    public boolean isOverdue(final SessionState session) {
        return session.leaseId() != null && clockNs.getAsLong() - session.leaseUntilNs() > 0;
    }

    private void count(final Phase phase, final int by) {
        counts.merge(phase, by, Integer::sum);
    }

    private String name(final String name) {
        if (names.size() > NAMES_MAX) {
            names.clear(); // they are kept twice then, that is all
        }
        final String known = names.putIfAbsent(name, name);
        return known == null ? name : known;
    }
}

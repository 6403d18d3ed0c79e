package dev.weft.server.driver.process;

import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.process.MarkedProcesses;
import dev.weft.server.process.Signal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server before this one has started and did not end, because it was killed. They are known
 * by a mark in their environment, which stands for the server, the session and its start, so they
 * are found whatever the journal came to know of them, and nobody else is taken for one. They are
 * asked to end, then killed, and each session is told; nothing is started before that is over.
 * Thread: {@code weft-drive}.
 */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final String instance;
    private final DriverEvents events;
    private final long graceNs;
    private final Map<String, SessionRef> sessions = new HashMap<>(); // by id, those to be told of
    private final Set<String> stopped = new HashSet<>(); // of these
    private final ArrayDeque<BooleanSupplier> tellings = new ArrayDeque<>();
    private Map<String, List<Long>> found = Map.of(); // pids by id and start
    private long deadlineNs;
    private State state = State.OVER;

    private enum State {
        ENDING,
        TELLING,
        OVER
    }

    Orphans(final String instance, final DriverEvents events, final long graceNs) {
        this.instance = instance;
        this.events = events;
        this.graceNs = graceNs;
    }

    /** The mark of what is started for a session. */
    static String mark(final String instance, final SessionRef session) {
        return instance + ':' + session.id() + '@' + session.startSequence();
    }

    void begin(final List<SessionRef> active, final long nowNs) {
        active.forEach(session -> sessions.put(session.id(), session));
        found = MarkedProcesses.withPrefix(instance + ':');
        found.forEach(
                (name, pids) ->
                        LOG.warn("found processes of an earlier server: {} pids={}", name, pids));
        for (final SessionRef session : active) {
            final List<Long> pids = pids(session);
            final String text =
                    pids.isEmpty()
                            ? "the server was restarted; nothing of the command is left"
                            : "the server was restarted while the command ran; it is ended: pids="
                                    + pids;
            tellings.add(() -> events.log(session, "process", text));
        }
        signal(Signal.TERMINATE);
        state = State.ENDING;
        deadlineNs = nowNs + graceNs;
    }

    /** Those that were started for a session, and what they started. */
    private List<Long> pids(final SessionRef session) {
        final String name = session.id() + '@' + session.startSequence();
        return found.entrySet().stream()
                .filter(each -> MarkedProcesses.isWithin(each.getKey(), name))
                .flatMap(each -> each.getValue().stream())
                .toList();
    }

    /** Whether one of these sessions is meant, which has not been told of yet. */
    boolean stop(final SessionRef session) {
        if (!sessions.containsKey(session.id())) {
            return false;
        }
        stopped.add(session.id());
        return true;
    }

    /** Whether there is something left to be ended or told. */
    boolean isOver() {
        return state == State.OVER;
    }

    int doWork(final long nowNs) {
        return switch (state) {
            case ENDING -> end(nowNs);
            case TELLING -> tell();
            case OVER -> 0;
        };
    }

    private int end(final long nowNs) {
        if (!found.isEmpty()) {
            found = MarkedProcesses.withPrefix(instance + ':');
        }
        if (!found.isEmpty()) {
            if (nowNs - deadlineNs < 0) {
                return 0;
            }
            signal(Signal.KILL);
            deadlineNs = nowNs + graceNs / 4;
            return 1;
        }
        for (final SessionRef session : sessions.values()) {
            tellings.add(
                    () ->
                            stopped.contains(session.id())
                                    ? events.stopped(session)
                                    : events.failed(
                                            session,
                                            "the server was restarted while the command ran",
                                            OptionalInt.empty(),
                                            OptionalInt.empty()));
        }
        state = State.TELLING;
        return 1;
    }

    private void signal(final Signal signal) {
        if (!found.isEmpty()) {
            MarkedProcesses.signal(mark -> mark.startsWith(instance + ':'), signal);
        }
    }

    private int tell() {
        int count = 0;
        BooleanSupplier telling = tellings.peek();
        while (telling != null && telling.getAsBoolean()) {
            tellings.poll();
            count++;
            telling = tellings.peek();
        }
        if (tellings.isEmpty()) {
            sessions.clear();
            state = State.OVER;
        }
        return count;
    }
}

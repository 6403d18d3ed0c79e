package dev.weft.server.session.drive;

import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.agui.AguiEvent;
import dev.weft.server.agui.AguiException;
import dev.weft.server.agui.AguiType;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.agui.OrderRules;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.OpenRuns;
import dev.weft.server.session.SessionCase;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of what drivers tell. What a session wrote is appended as it comes; what changes its
 * phase is a command, done when everything that was told before is in the journal, and passed over
 * if the session was started anew meanwhile. Thread: drive.
 */
final class DriveEvents implements DriverEvents {
    /** Changes of phases that may wait. */
    static final int CHANGES_MAX = 4_096;

    private static final String LOG = "log";
    private static final String SOURCE_KIND = "local_process";
    private static final int SHOWN_LENGTH_MAX = 4_096;
    private static final int NOT_FOUND = 404;
    private static final long AGAIN_AFTER_NS = 100_000_000;

    private final OrderedAppends appends;
    private final Commands commands;
    private final SessionCommands sessionCommands;
    private final OrderMode mode;
    private final LongSupplier clockNs;
    private final Consumer<SessionRef> whenEnded;
    private final Map<String, Order> orders = new HashMap<>(); // of who wrote a line
    private final ArrayDeque<Change> changes = new ArrayDeque<>();
    private final Set<String> underWay = new HashSet<>(); // ids of sessions, one change of each
    private final Set<SessionRef> starting = new HashSet<>(); // that they run is not known yet

    /**
     * Makes it.
     *
     * @param whenEnded told when the end of a session, or of an earlier start of it, is known.
     */
    DriveEvents(
            final OrderedAppends appends,
            final Commands commands,
            final SessionCommands sessionCommands,
            final OrderMode mode,
            final LongSupplier clockNs,
            final Consumer<SessionRef> whenEnded) {
        this.appends = appends;
        this.commands = commands;
        this.sessionCommands = sessionCommands;
        this.mode = mode;
        this.clockNs = clockNs;
        this.whenEnded = whenEnded;
    }

    /** How far a session has come in what it writes. */
    private static final class Order {
        private final OrderRules rules;
        private @Nullable String runId; // of the last that it has begun

        Order(final OrderMode mode) {
            rules = new OrderRules(mode);
        }
    }

    /**
     * A change of a phase.
     *
     * @param mark how many events have to be in the journal before it.
     * @param notBeforeNs by the clock.
     */
    private record Change(
            SessionRef session, Phase phase, String data, long mark, long notBeforeNs) {}

    @Override
    public boolean running(final SessionRef session) {
        return change(session, Phase.RUNNING, "");
    }

    @Override
    public boolean completed(final SessionRef session, final int exitCode) {
        return change(session, Phase.COMPLETED, "{\"exit_code\":" + exitCode + '}');
    }

    @Override
    public boolean failed(
            final SessionRef session,
            final String error,
            final OptionalInt exitCode,
            final OptionalInt signal) {
        final StringBuilder data = new StringBuilder("{\"error\":");
        JsonText.quote(data, error);
        exitCode.ifPresent(code -> data.append(",\"exit_code\":").append(code));
        signal.ifPresent(number -> data.append(",\"signal\":").append(number));
        return change(session, Phase.FAILED, data.append('}').toString());
    }

    @Override
    public boolean stopped(final SessionRef session) {
        return change(session, Phase.STOPPED, "");
    }

    private boolean change(final SessionRef session, final Phase phase, final String data) {
        if (changes.size() + underWay.size() >= CHANGES_MAX) {
            return false;
        }
        if (phase == Phase.RUNNING) {
            starting.add(session);
        } else {
            orders.remove(session.id());
        }
        changes.add(new Change(session, phase, data, appends.offeredCount(), clockNs.getAsLong()));
        return true;
    }

    /** Nothing that a session writes comes before that it runs: who reads it may answer at once. */
    private boolean mustWait(final SessionRef session) {
        return starting.contains(session) || !appends.hasRoom();
    }

    @Override
    public boolean line(
            final SessionRef session, final @Nullable String runId, final String aguiJson) {
        if (mustWait(session)) {
            return false;
        }
        final AguiEvent event;
        try {
            event = AguiEvent.parse(aguiJson.getBytes(StandardCharsets.UTF_8), session.id(), runId);
        } catch (final AguiException ex) {
            told(session, runId, "error", ex.detail(), aguiJson);
            return true;
        }
        final Order order = orders.computeIfAbsent(session.id(), id -> new Order(mode));
        final OrderRules.Verdict verdict = order.rules.on(event);
        if (verdict.isAccepted()) {
            if (event.type() == AguiType.RUN_STARTED) {
                order.runId = event.runId();
            }
            final EventBuilder builder =
                    event(event.type().name(), session, event.runId())
                            .data(new String(event.json(), StandardCharsets.UTF_8));
            final Problem problem = appends.offer(builder);
            if (problem != null) {
                told(session, runId, "error", problem.detail(), aguiJson);
                return true;
            }
        }
        if (verdict.violation() != null) {
            told(
                    session,
                    runId,
                    verdict.isAccepted() ? "warning" : "error",
                    verdict.violation(),
                    aguiJson);
        }
        return true;
    }

    @Override
    public boolean runError(
            final SessionRef session, final String runId, final String message, final String code) {
        if (mustWait(session)) {
            return false;
        }
        final String type = AguiType.RUN_ERROR.name();
        final StringBuilder json = new StringBuilder("{\"type\":\"").append(type);
        JsonText.quote(json.append("\",\"message\":"), message);
        JsonText.quote(json.append(",\"code\":"), code);
        JsonText.quote(json.append(",\"threadId\":"), session.id());
        JsonText.quote(json.append(",\"runId\":"), runId);
        final String data = json.append('}').toString();
        final Problem problem = appends.offer(event(type, session, runId).data(data));
        if (problem != null) {
            told(session, null, "error", problem.detail(), data);
        }
        final Order order = orders.get(session.id());
        if (order != null && runId.equals(order.runId)) {
            order.rules.on(AguiEvent.parse(data.getBytes(StandardCharsets.UTF_8)));
        }
        return true;
    }

    /** A line that is not, or not quite, as it should be. */
    private void told(
            final SessionRef session,
            final @Nullable String runId,
            final String level,
            final String why,
            final String line) {
        final StringBuilder data = new StringBuilder("{\"stream\":\"stdout\",\"text\":");
        JsonText.quote(
                data,
                line.length() > SHOWN_LENGTH_MAX ? line.substring(0, SHOWN_LENGTH_MAX) : line);
        JsonText.quote(data.append(",\"").append(level).append("\":"), why);
        if (line.length() > SHOWN_LENGTH_MAX) {
            data.append(",\"length\":").append(line.length());
        }
        final Problem problem = appends.offer(event(LOG, session, runId).data(data.append('}')));
        if (problem != null) { // half a character, where it was cut
            appends.offer(
                    event(LOG, session, runId)
                            .data("{\"stream\":\"stdout\",\"error\":\"a line that is no text\"}"));
        }
    }

    @Override
    public boolean log(final SessionRef session, final String stream, final String text) {
        if (mustWait(session)) {
            return false;
        }
        final StringBuilder data = new StringBuilder("{\"stream\":");
        JsonText.quote(data, stream);
        JsonText.quote(data.append(",\"text\":"), text);
        final Problem problem = appends.offer(event(LOG, session, null).data(data.append('}')));
        if (problem != null) {
            told(session, null, "error", problem.detail(), text);
        }
        return true;
    }

    private static EventBuilder event(
            final String type, final SessionRef session, final @Nullable String runId) {
        final EventBuilder builder =
                SessionEvents.make(type, session.id())
                        .sourceKind(SOURCE_KIND)
                        .sourceEvent(session.driver());
        return runId == null ? builder : builder.runId(runId);
    }

    /** Does the changes whose turn it is. */
    int doWork() {
        int workCount = 0;
        appends.isAwaited(!changes.isEmpty() || !appends.hasRoom());
        Change change = changes.peek();
        while (change != null
                && change.mark <= appends.appendedCount()
                && !underWay.contains(change.session.id()) // it may have to be done again, first
                && clockNs.getAsLong() - change.notBeforeNs >= 0) {
            changes.poll();
            start(change);
            workCount++;
            change = changes.peek();
        }
        return workCount;
    }

    private void start(final Change change) {
        underWay.add(change.session.id());
        commands.run(
                sessionCommands.about(change.session.id(), session -> decide(session, change)),
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        over(change);
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        if (problem.status() == NOT_FOUND) { // it was deleted
                            over(change);
                            return;
                        }
                        underWay.remove(change.session.id());
                        changes.addFirst(
                                new Change(
                                        change.session,
                                        change.phase,
                                        change.data,
                                        change.mark,
                                        clockNs.getAsLong() + AGAIN_AFTER_NS));
                    }
                });
    }

    private void over(final Change change) {
        underWay.remove(change.session.id());
        if (change.phase == Phase.RUNNING) {
            starting.remove(change.session);
        } else {
            whenEnded.accept(change.session);
        }
    }

    private static Decision decide(final SessionCase session, final Change change) {
        final SessionState state = session.session();
        final Reply done = new Reply(200, null);
        if (state == null
                || state.startSequence() != change.session.startSequence()
                || !state.phase().isActive()
                || (change.phase == Phase.RUNNING && !state.phase().isStarting())) {
            return Decision.reply(done); // news of an earlier start
        }
        final boolean isStopped = state.phase() == Phase.STOPPING;
        final String type =
                isStopped
                        ? SessionEvents.STOPPED
                        : switch (change.phase) {
                            case RUNNING -> SessionEvents.RUNNING;
                            case COMPLETED -> SessionEvents.COMPLETED;
                            case FAILED -> SessionEvents.FAILED;
                            default -> SessionEvents.STOPPED;
                        };
        final EventBuilder event = SessionEvents.make(type, session.id());
        final List<EventBuilder> events =
                List.of(change.data.isEmpty() ? event : event.data(change.data));
        return type.equals(SessionEvents.RUNNING)
                ? session.change(events, appended -> done)
                : session.changeWithRuns( // what the driver itself has not ended
                        session.openRuns()
                                .errors(
                                        "the session ended before the run: " + type,
                                        OpenRuns.SESSION_ENDED),
                        events,
                        appended -> done);
    }
}

package dev.weft.server.session.worker;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.agui.AguiEvent;
import dev.weft.server.agui.AguiException;
import dev.weft.server.agui.AguiType;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.agui.OrderRules;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.SessionCase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * AG-UI events that a worker publishes for its session: all of a request or none, checked one by
 * one and in their order, stamped with thread and run. Two requests for one session are judged one
 * after the other. For one request; thread: query.
 */
final class AguiPublish {
    /** Most events of one request. */
    static final int EVENTS_MAX = Limits.ARRAY_EVENTS_MAX;

    private static final int WARNINGS_MAX = 100;
    private static final String SOURCE_EVENT = "agui";

    private final AguiOrders orders;
    private final OrderMode mode;
    private final List<byte[]> events;
    private final @Nullable String runId;

    /**
     * Makes it.
     *
     * @param events each a JSON object, or what is to be refused.
     * @param runId the run of those that do not say; null for the session's current one.
     */
    AguiPublish(
            final AguiOrders orders,
            final OrderMode mode,
            final List<byte[]> events,
            final @Nullable String runId) {
        this.orders = orders;
        this.mode = mode;
        this.events = events;
        this.runId = runId;
    }

    /**
     * Decides about a session that is the worker's.
     *
     * @return null to be asked again in the next turn.
     */
    @Nullable Decision decide(final SessionCase session, final SessionState state) {
        final AguiOrders.Order order = orders.of(state, session.index());
        if (order == null) {
            return null;
        }
        final OrderRules rules = order.rules(mode);
        final List<EventBuilder> checked = new ArrayList<>();
        final StringBuilder warnings = new StringBuilder();
        int warningCount = 0;
        String current = runId == null ? order.runId() : runId;
        for (final byte[] json : events) {
            final int index = checked.size();
            final AguiEvent event = parse(json, session.id(), current, index);
            final OrderRules.Verdict verdict = rules.on(event);
            if (!verdict.isAccepted()) {
                throw new ProblemException(
                        new Problem(422, String.valueOf(verdict.violation())).with("index", index));
            }
            if (verdict.violation() != null && warningCount++ < WARNINGS_MAX) {
                warnings.append(warnings.isEmpty() ? "" : ",").append("{\"index\":").append(index);
                JsonText.quote(warnings.append(",\"warning\":"), verdict.violation());
                warnings.append('}');
            }
            final String itsRun = event.runId();
            if (event.type() == AguiType.RUN_STARTED && runId == null) {
                current = itsRun;
            }
            checked.add(builder(session.id(), event, itsRun));
        }
        state.heardOf(session.table().leaseUntilNs());
        return session.append(
                checked,
                session.sessions().changeOfRuns(session.id()),
                appended -> reply(checked.size(), appended, warnings));
    }

    private static AguiEvent parse(
            final byte[] json, final String session, final @Nullable String run, final int index) {
        try {
            return AguiEvent.parse(json, session, run);
        } catch (final AguiException ex) {
            throw new ProblemException(new Problem(400, ex.detail()).with("index", index));
        }
    }

    private static EventBuilder builder(
            final String session, final AguiEvent event, final @Nullable String run) {
        final EventBuilder builder =
                SessionEvents.make(event.type().name(), session)
                        .sourceEvent(SOURCE_EVENT)
                        .data(new String(event.json(), StandardCharsets.UTF_8));
        return run == null ? builder : builder.runId(run);
    }

    private static Reply reply(
            final int count, final Decision.Appended appended, final StringBuilder warnings) {
        final StringBuilder json =
                new StringBuilder("{\"accepted\":")
                        .append(count)
                        .append(",\"first_seq\":")
                        .append(appended.firstSequence())
                        .append(",\"last_seq\":")
                        .append(appended.lastSequence());
        if (!warnings.isEmpty()) {
            json.append(",\"warnings\":[").append(warnings).append(']');
        }
        return new Reply(200, json.append('}'));
    }
}

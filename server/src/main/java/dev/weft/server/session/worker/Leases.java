package dev.weft.server.session.worker;

import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.session.DriverNames;
import dev.weft.server.session.OpenRuns;
import dev.weft.server.session.SessionCase;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.StrictJson;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionImage;
import dev.weft.server.session.state.SessionState;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How workers take sessions, keep them and give them back. A lease is a number for a fence, no
 * secret: who shows an old one is refused.
 *
 * @param leaseNs how long a worker that is not heard of keeps a session.
 * @param lossesMax workers that may be lost before a session has failed.
 */
record Leases(long leaseNs, int lossesMax) {
    private static final int NAME_LENGTH_MAX = 128;
    private static final Set<String> CLAIM = Set.of("worker");
    private static final Set<String> REPORT = Set.of("lease_id", "status", "result", "error");

    /** {@code {worker}}: the session is its, if it waits for one. */
    SessionCommands.Rule claim(final byte[] body) {
        return session -> {
            final SessionState state = waiting(session);
            final ObjectNode given = StrictJson.object(body);
            onlyHas(given, CLAIM);
            final String worker = text(given, "worker", NAME_LENGTH_MAX);
            if (worker == null) {
                throw refused(400, "worker: is required");
            }
            final String leaseId = UUID.randomUUID().toString();
            final StringBuilder data = new StringBuilder("{\"worker\":");
            JsonText.quote(data, worker);
            data.append(",\"lease_id\":\"").append(leaseId).append("\"}");
            final SessionImage image = session.image().claimed(worker);
            final long after = state.startSequence();
            return session.change(
                    List.of(
                            SessionEvents.make(SessionEvents.CLAIMED, session.id(), data),
                            SessionEvents.make(SessionEvents.RUNNING, session.id())),
                    appended ->
                            new Reply(
                                    200,
                                    image.write(
                                                    new StringBuilder("{\"lease_id\":\"")
                                                            .append(leaseId)
                                                            .append("\",\"lease_ms\":")
                                                            .append(leaseMs())
                                                            .append(",\"after\":")
                                                            .append(after)
                                                            .append(",\"session\":"))
                                            .append('}')));
        };
    }

    /** The session, if it waits for a worker. */
    private static SessionState waiting(final SessionCase session) {
        final SessionState state = session.session();
        if (state == null) {
            throw refused(409, "Session state is unknown");
        }
        if (!state.driver().equals(DriverNames.WORKER)) {
            throw refused(409, "Session is not for workers: driver is " + state.driver());
        }
        if (state.leaseId() != null) {
            throw refused(409, "Session is claimed already");
        }
        if (!state.phase().isStarting()) {
            throw refused(
                    409, "Session does not wait for a worker: status is " + state.phase().status());
        }
        return state;
    }

    /** {@code {lease_id, status?, result?, error?}}: the worker is there, or how it ended. */
    SessionCommands.Rule report(final byte[] body) {
        return session -> {
            final ObjectNode given = StrictJson.object(body);
            onlyHas(given, REPORT);
            final SessionState state = held(session, text(given, "lease_id", NAME_LENGTH_MAX));
            final String status = text(given, "status", NAME_LENGTH_MAX);
            if (status == null) {
                state.heardOf(session.table().leaseUntilNs());
                return Decision.reply(reply(state.phase()));
            }
            return switch (status) {
                case "stopped" -> ending(session, SessionEvents.STOPPED, null, Phase.STOPPED);
                case "completed" ->
                        ending(
                                session,
                                SessionEvents.COMPLETED,
                                only(given, "result"),
                                Phase.COMPLETED);
                case "failed" -> {
                    if (!given.path("error").isString()) {
                        throw refused(400, "error: must say why, as a string");
                    }
                    yield ending(session, SessionEvents.FAILED, only(given, "error"), Phase.FAILED);
                }
                default ->
                        throw refused(
                                400,
                                "status: must be one of: completed, failed, stopped, or absent");
            };
        };
    }

    private Decision ending(
            final SessionCase session,
            final String type,
            final @Nullable String data,
            final Phase phase) {
        return session.changeWithRuns(
                session.openRuns()
                        .errors(
                                "the session ended before the run: " + phase.status(),
                                OpenRuns.SESSION_ENDED),
                List.of(
                        data == null
                                ? SessionEvents.make(type, session.id())
                                : SessionEvents.make(type, session.id(), data)),
                appended -> reply(phase));
    }

    /**
     * The session, if it is the worker's.
     *
     * @throws ProblemException 409 if it is not, or no longer.
     */
    static SessionState held(final SessionCase session, final @Nullable String leaseId) {
        if (leaseId == null) {
            throw refused(400, "lease_id: is required");
        }
        final SessionState state = session.session();
        if (state == null || !leaseId.equals(state.leaseId())) {
            throw refused(409, "Lease is not valid: the session is not, or no longer, yours");
        }
        return state;
    }

    /**
     * What becomes of a session whose worker was not heard of for too long. What that had begun has
     * failed; what it had not is for the next one, if there may be one.
     */
    Decision lose(final SessionCase session, final String leaseId) {
        final SessionState state = session.session();
        if (state == null
                || !leaseId.equals(state.leaseId())
                || !session.table().isOverdue(state)) {
            return Decision.reply(new Reply(200, null)); // it was heard of after all
        }
        final StringBuilder data = new StringBuilder("{\"worker\":");
        JsonText.quote(data, String.valueOf(state.worker()));
        data.append(",\"lease_id\":\"").append(leaseId).append("\"}");
        final boolean isStopping = state.phase() == Phase.STOPPING;
        final boolean isHopeless = state.lossCount() + 1 >= lossesMax;
        final var lost = SessionEvents.make(SessionEvents.LEASE_LOST, session.id(), data);
        final OpenRuns open = session.openRuns();
        return session.changeWithRuns(
                (isStopping || isHopeless ? open : open.begun())
                        .errors("the worker was lost: " + state.worker(), OpenRuns.WORKER_LOST),
                isStopping
                        ? List.of(lost, SessionEvents.make(SessionEvents.STOPPED, session.id()))
                        : isHopeless
                                ? List.of(
                                        lost,
                                        SessionEvents.make(
                                                SessionEvents.FAILED,
                                                session.id(),
                                                SessionEvents.error(
                                                        "workers were lost: " + lossesMax)))
                                : List.of(lost),
                appended -> new Reply(200, null));
    }

    private Reply reply(final Phase phase) {
        return new Reply(
                200, "{\"status\":\"" + phase.status() + "\",\"lease_ms\":" + leaseMs() + '}');
    }

    private long leaseMs() {
        return TimeUnit.NANOSECONDS.toMillis(leaseNs);
    }

    /** An object with one member, if it is given. */
    private static @Nullable String only(final ObjectNode given, final String member) {
        final JsonNode value = given.get(member);
        return value == null || value.isNull() ? null : "{\"" + member + "\":" + value + '}';
    }

    private static @Nullable String text(
            final ObjectNode given, final String member, final int lengthMax) {
        final JsonNode value = given.get(member);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString()
                || value.stringValue().isEmpty()
                || value.stringValue().length() > lengthMax) {
            throw refused(400, member + ": must be a string of 1 to " + lengthMax + " characters");
        }
        return value.stringValue();
    }

    private static void onlyHas(final ObjectNode given, final Set<String> names) {
        for (final String name : given.propertyNames()) {
            if (!names.contains(name)) {
                throw refused(
                        400,
                        (name.length() > NAME_LENGTH_MAX ? "a member" : name)
                                + ": is no member of this request");
            }
        }
    }

    static ProblemException refused(final int status, final String detail) {
        return new ProblemException(new Problem(status, detail));
    }
}

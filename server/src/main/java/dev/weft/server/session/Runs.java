package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.agui.AguiException;
import dev.weft.server.agui.RunInput;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** How runs are asked for: a message, or a whole input. Stateless; thread: query. */
final class Runs {
    private static final int UUID_LENGTH = 36; // with it an event's id is never too long

    private Runs() {}

    /** Form of the body. */
    @FunctionalInterface
    private interface Reading {
        RunInput read(byte[] body, String threadId);
    }

    static SessionCommands.Rule message(final byte[] body) {
        return session ->
                run(session, body, (text, id) -> RunInput.ofMessage(text, id, Runs::newId));
    }

    static SessionCommands.Rule run(final byte[] body) {
        return session -> run(session, body, (text, id) -> RunInput.ofRun(text, id, Runs::newId));
    }

    /** The phase comes first: of a session that does not run the body does not matter. */
    private static Decision run(
            final SessionCase session, final byte[] body, final Reading reading) {
        final SessionState state = session.session();
        if (state == null || state.phase() != Phase.RUNNING) {
            throw SessionCase.refused(422, Lifecycle.NOT_RUNNING);
        }
        final RunInput input;
        try {
            input = reading.read(body, session.id());
        } catch (final AguiException ex) {
            throw new ProblemException(new Problem(400, ex.detail()));
        }
        return session.run(requested(state, input), appended -> accepted(input));
    }

    /** Asked for again under the same id, it is the same run: a retry is harmless. */
    static EventBuilder requested(final SessionState session, final RunInput input) {
        final String runId = input.runId();
        final String shortId =
                runId.length() <= UUID_LENGTH
                        ? runId
                        : UUID.nameUUIDFromBytes(runId.getBytes(StandardCharsets.UTF_8)).toString();
        final String eventId =
                "run/" + session.id() + '@' + session.createdSequence() + '/' + shortId;
        return SessionEvents.make(SessionEvents.RUN_REQUESTED, session.id())
                .id(eventId)
                .runId(runId)
                .data(new String(input.json(), StandardCharsets.UTF_8));
    }

    private static Reply accepted(final RunInput input) {
        final StringBuilder json = new StringBuilder("{\"run_id\":");
        JsonText.quote(json, input.runId());
        JsonText.quote(json.append(",\"thread_id\":"), input.threadId());
        return new Reply(202, json.append('}'));
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }
}

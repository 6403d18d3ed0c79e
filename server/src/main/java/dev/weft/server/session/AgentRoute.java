package dev.weft.server.session;

import dev.weft.protocol.Limits;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.control.CommandRoute;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.Set;

/**
 * {@code POST …/sessions/{session_id}/agent}: a session as clients of AG-UI call an agent. The body
 * is a RunAgentInput, the answer are the events of the run, as server-sent events up to its end.
 * One for each I/O loop.
 */
final class AgentRoute implements Route {
    private final SubscribeRoute streams;
    private final CommandRoute commands;
    private final SessionCommands sessionCommands;

    AgentRoute(
            final SubscribeRoute streams,
            final CommandRoute commands,
            final SessionCommands sessionCommands) {
        this.streams = streams;
        this.commands = commands;
        this.sessionCommands = sessionCommands;
    }

    @Override
    public void handle(final Exchange exchange) {
        final SessionId id = SessionId.ofResource(exchange.pathVariable(SessionRoutes.ID));
        FilterParser.checkNames(exchange.query(), Set.of());
        if (streams.isRefused(exchange)) {
            return; // before anything is asked of the session
        }
        final AgentRun run = new AgentRun();
        commands.run(
                exchange,
                Limits.EVENT_LENGTH_MAX,
                body -> sessionCommands.about(id, session -> run.decide(session, body)),
                (asked, reply) -> streams.follow(asked, Framing.SSE_AGUI, run.following()));
    }
}

package dev.weft.server.session;

import dev.weft.protocol.Limits;
import dev.weft.server.control.Command;
import dev.weft.server.control.CommandRoute;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.http.RouteTable;
import dev.weft.server.index.EventQuery;
import dev.weft.server.query.Questions;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** All routes of sessions, for one I/O loop. */
public final class SessionRoutes {
    /** Name of the id in the path. */
    static final String ID = "session_id";

    static final List<String> PREFIXES = List.of("/sessions", "/v1/sessions", "/api/v2/sessions");

    private static final String ONE = "/{" + ID + "}";

    private final Questions questions;
    private final CommandRoute commands;
    private final SessionCommands sessionCommands;
    private final Sessions sessions;
    private final DriverNames drivers;

    private SessionRoutes(
            final Questions questions,
            final CommandRoute commands,
            final SessionCommands sessionCommands,
            final DriverNames drivers) {
        this.questions = questions;
        this.commands = commands;
        this.sessionCommands = sessionCommands;
        this.drivers = drivers;
        sessions = sessionCommands.sessions();
    }

    /** Adds them all, under all of their names. */
    public static void add(
            final RouteTable.Builder routes,
            final Questions questions,
            final SubscribeRoute streams,
            final CommandRoute commands,
            final SessionCommands sessionCommands,
            final DriverNames drivers) {
        final SessionRoutes all = new SessionRoutes(questions, commands, sessionCommands, drivers);
        final Route events = new EventsRoute(questions, streams);
        final Route agent = new AgentRoute(streams, commands, sessionCommands);
        for (final String prefix : PREFIXES) {
            final String one = prefix + ONE;
            routes.add(HttpMethod.GET, prefix, all::list)
                    .add(HttpMethod.POST, prefix, exchange -> all.create(exchange, prefix))
                    .add(HttpMethod.GET, one, all::get)
                    .add(HttpMethod.DELETE, one, all.plain(Lifecycle::delete))
                    .add(HttpMethod.GET, one + "/events", events)
                    .add(HttpMethod.POST, one + "/message", all.withBody(Runs::message))
                    .add(HttpMethod.POST, one + "/runs", all.withBody(Runs::run))
                    .add(HttpMethod.GET, one + "/runs", all::runs)
                    .add(HttpMethod.POST, one + "/agent", agent)
                    .add(HttpMethod.GET, one + "/output", all::output)
                    .add(HttpMethod.POST, one + "/start", all.plain(Lifecycle::start))
                    .add(HttpMethod.POST, one + "/stop", all.plain(Lifecycle::stop))
                    .add(HttpMethod.POST, one + "/interrupt", all.plain(Lifecycle::interrupt));
        }
    }

    /** Paths of one session, under all of its names. */
    public static List<String> onePaths() {
        return PREFIXES.stream().map(prefix -> prefix + ONE).toList();
    }

    /** Makes a rule of a body, which it looks into when the session is found. */
    @FunctionalInterface
    public interface BodyRule {
        SessionCommands.Rule of(byte[] body);
    }

    /** A command about one session that has something to say. */
    private Route withBody(final BodyRule rule) {
        return withBody(commands, sessionCommands, rule);
    }

    /** A command about one session with a body, for whoever has more of them. */
    public static Route withBody(
            final CommandRoute commands,
            final SessionCommands sessionCommands,
            final BodyRule rule) {
        return exchange -> {
            final SessionId id = SessionId.ofResource(exchange.pathVariable(ID));
            FilterParser.checkNames(exchange.query(), Set.of());
            commands.run(
                    exchange,
                    Limits.EVENT_LENGTH_MAX,
                    body -> sessionCommands.about(id, rule.of(body)));
        };
    }

    /** A command about one session that says nothing more; a body is read and thrown away. */
    private Route plain(final SessionCommands.Rule rule) {
        return withBody(body -> rule);
    }

    private void create(final Exchange exchange, final String prefix) {
        FilterParser.checkNames(exchange.query(), Set.of());
        commands.run(exchange, Limits.EVENT_LENGTH_MAX, body -> creation(prefix, body));
    }

    private Command creation(final String prefix, final byte[] body) {
        return new Creation(sessions, sessionCommands.changed(), drivers, prefix, body);
    }

    private void list(final Exchange exchange) {
        questions.ask(exchange, ListQuestion.of(sessions, exchange.query()));
    }

    private void get(final Exchange exchange) {
        final SessionId id = SessionId.ofResource(exchange.pathVariable(ID));
        FilterParser.checkNames(exchange.query(), Set.of());
        questions.ask(
                exchange,
                (index, head, allocator) -> {
                    final SessionTable table = sessions.upTo(index, head);
                    if (table == null) {
                        return null;
                    }
                    final EventQuery about = id.about().upTo(sessions.asOf());
                    final SessionState session = Sessions.find(table, index, about, id.text());
                    return ByteBufUtil.writeUtf8(
                            allocator,
                            sessions.image(session, index, id.text())
                                    .write(new StringBuilder(512)));
                });
    }

    private void output(final Exchange exchange) {
        questions.ask(exchange, OutputQuestion.output(sessions, exchange));
    }

    private void runs(final Exchange exchange) {
        questions.ask(exchange, OutputQuestion.runs(sessions, exchange));
    }
}

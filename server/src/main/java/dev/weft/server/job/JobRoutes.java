package dev.weft.server.job;

import dev.weft.server.control.CommandRoute;
import dev.weft.server.control.Reply;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.RouteTable;
import dev.weft.server.query.NarrowedQuery;
import dev.weft.server.query.Questions;
import dev.weft.server.query.page.PageRoute;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.WebSocketRoute;
import dev.weft.server.stream.subscription.Accept;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** The routes of jobs, for one I/O loop. */
public final class JobRoutes {
    /** Name of the id in the path. */
    static final String ID = "jobId";

    static final int LIMIT_DEFAULT = 100;
    static final int LIMIT_MAX = 1_000;

    private static final String ALL = "/runner-jobs";
    private static final String ONE = ALL + "/{" + ID + "}";
    private static final int SHORT_BODY_LENGTH_MAX = 16 * 1024;

    private final Jobs jobs;
    private final CommandRoute commands;
    private final Questions questions;
    private final PageRoute pages;
    private final JobStreams streams;

    private JobRoutes(
            final Jobs jobs,
            final CommandRoute commands,
            final Questions questions,
            final PageRoute pages,
            final JobStreams streams) {
        this.jobs = jobs;
        this.commands = commands;
        this.questions = questions;
        this.pages = pages;
        this.streams = streams;
    }

    /** Adds them all. */
    public static void add(
            final RouteTable.Builder routes,
            final Jobs jobs,
            final CommandRoute commands,
            final Questions questions,
            final PageRoute pages,
            final SubscribeRoute subscribe,
            final WebSocketRoute webSocket) {
        final JobStreams streams = new JobStreams(questions, subscribe, webSocket);
        final JobRoutes own = new JobRoutes(jobs, commands, questions, pages, streams);
        routes.add(HttpMethod.GET, ALL, own::list)
                .add(HttpMethod.POST, ALL, own::create)
                .add(HttpMethod.GET, ONE, own::one)
                .add(HttpMethod.POST, ONE + "/cancel", own::cancel)
                .add(HttpMethod.POST, ONE + "/retry", own::retry)
                .add(HttpMethod.GET, ONE + "/steps", own::steps)
                .add(HttpMethod.GET, ONE + "/events", own::events)
                .add(HttpMethod.GET, ONE + "/events/stream", streams::stream)
                .add(HttpMethod.GET, ONE + "/events/ws", streams::webSocket);
    }

    private void list(final Exchange exchange) {
        questions.ask(
                exchange, new JobListQuestion(jobs.table(), JobListWish.parse(exchange.query())));
    }

    private void create(final Exchange exchange) {
        FilterParser.checkNames(exchange.query(), Set.of());
        commands.run(
                exchange,
                NewJob.BODY_LENGTH_MAX,
                body -> NewJob.command(body, jobs.commands()),
                this::changed);
    }

    private void cancel(final Exchange exchange) {
        FilterParser.checkNames(exchange.query(), Set.of());
        final CancelJob command = new CancelJob(id(exchange));
        commands.run(
                exchange,
                SHORT_BODY_LENGTH_MAX,
                command::with,
                (answered, reply) -> {
                    questions.ask(answered, command.outcome());
                    jobs.signal();
                });
    }

    private void retry(final Exchange exchange) {
        FilterParser.checkNames(exchange.query(), Set.of());
        final String id = id(exchange);
        commands.run(
                exchange, SHORT_BODY_LENGTH_MAX, body -> new RetryJob(id, body), this::changed);
    }

    private void changed(final Exchange exchange, final Reply reply) {
        CommandRoute.respond(exchange, reply);
        jobs.signal();
    }

    private void one(final Exchange exchange) {
        final String id = id(exchange);
        FilterParser.checkNames(exchange.query(), Set.of());
        questions.ask(exchange, new JobQuestion(id));
    }

    private void steps(final Exchange exchange) {
        questions.ask(exchange, StepsQuestion.of(id(exchange), exchange.query()));
    }

    /** A page as {@code GET /events} has them, or the stream; what the Accept header prefers. */
    private void events(final Exchange exchange) {
        final List<String> accept = exchange.headers().getAll("Accept");
        final double quality =
                Math.max(
                        Accept.quality(accept, Accept.EVENT_STREAM),
                        Accept.quality(accept, Accept.NDJSON));
        if (quality > 0 && quality >= Accept.quality(accept, Accept.JSON)) {
            streams.stream(exchange);
            return;
        }
        final String id = id(exchange);
        final QueryParameters query = NarrowedQuery.about(JobEvents.subject(id), exchange.query());
        pages.handle(exchange, query, (index, head) -> JobReading.check(index, id, head));
    }

    private static String id(final Exchange exchange) {
        return JobEvents.checkedId(exchange.pathVariable(ID));
    }
}

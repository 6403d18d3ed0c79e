package dev.weft.server.job;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Filter;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.Following;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.WebSocketRoute;
import dev.weft.server.stream.subscription.FilterParser;
import dev.weft.server.stream.subscription.LastEventId;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams of jobs: from the first event of the job, or behind the one that the client has got,
 * to the one that it ends with; then the end is told and the connection closed. One per I/O loop.
 */
final class JobStreams {
    private static final String AFTER = "after";
    private static final Set<String> NAMES = Set.of(AFTER, "data", "event_names");

    private final Questions questions;
    private final SubscribeRoute subscribe;
    private final WebSocketRoute webSocket;

    JobStreams(
            final Questions questions,
            final SubscribeRoute subscribe,
            final WebSocketRoute webSocket) {
        this.questions = questions;
        this.subscribe = subscribe;
        this.webSocket = webSocket;
    }

    /** {@code GET …/events/stream}: server-sent events, or lines. */
    void stream(final Exchange exchange) {
        final String id = checked(exchange);
        final Framing framing = SubscribeRoute.framing(exchange);
        find(exchange, id, following -> subscribe.follow(exchange, framing, following));
    }

    /** {@code GET …/events/ws}: the same as WebSocket messages. */
    void webSocket(final Exchange exchange) {
        final String key = WebSocketRoute.key(exchange);
        if (key != null) {
            final String id = checked(exchange);
            final Framing framing = WebSocketRoute.framing(exchange);
            find(exchange, id, following -> webSocket.follow(exchange, key, framing, following));
        }
    }

    private static String checked(final Exchange exchange) {
        final String id = JobEvents.checkedId(exchange.pathVariable(JobRoutes.ID));
        FilterParser.checkNames(exchange.query(), NAMES);
        return id;
    }

    private void find(
            final Exchange exchange, final String id, final Consumer<Following> whenFound) {
        final Search search = new Search(id, position(exchange));
        questions.ask(
                exchange,
                (index, head, allocator) -> {
                    final Job job = search.reading.upTo(index, head);
                    if (job == null) {
                        return null;
                    }
                    search.found(job, index.oldestSequence(), head);
                    return Unpooled.EMPTY_BUFFER;
                },
                answer -> {
                    answer.release();
                    whenFound.accept(Objects.requireNonNull(search.following));
                });
    }

    private static long position(final Exchange exchange) {
        final long byHeader = LastEventId.of(exchange.headers());
        final QueryParameters query = exchange.query();
        final long byQuery = Numbers.of(query, AFTER, LastEventId.NONE, 0, Long.MAX_VALUE);
        return byHeader == LastEventId.NONE ? byQuery : byHeader;
    }

    /** Looks for the place of one request; handed from the query thread back to the loop. */
    private static final class Search {
        private final JobReading reading;
        private final Filter filter;
        private final long position;
        private @Nullable Following following;

        Search(final String id, final long position) {
            reading = new JobReading(id);
            filter = JobEvents.stream(id);
            this.position = position;
        }

        void found(final Job job, final long oldest, final long head) {
            final String type = job.endType();
            following =
                    Following.of(
                            filter,
                            position,
                            reading.firstSequence(),
                            job.endSequence(),
                            type == null
                                    ? Ending.NONE
                                    : Objects.requireNonNull(filter.ending()).of(type),
                            oldest,
                            head);
        }
    }
}

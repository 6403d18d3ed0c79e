package dev.weft.server.job;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.EventIndex;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Question;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A page of a job's steps, in the order in which they were announced. For one request. */
final class StepsQuestion implements Question {
    private static final String LIMIT = "limit";
    private static final String CURSOR = "cursor";
    private static final Set<String> NAMES = Set.of(LIMIT, CURSOR);

    private final JobReading reading;
    private final int limit;
    private final int offset; // steps before the page: what a cursor says

    private StepsQuestion(final String id, final int limit, final int offset) {
        reading = new JobReading(id);
        this.limit = limit;
        this.offset = offset;
    }

    /**
     * Reads a query.
     *
     * @throws dev.weft.server.http.ProblemException 400 with the parameter and the rule it breaks.
     */
    static StepsQuestion of(final String id, final QueryParameters query) {
        FilterParser.checkNames(query, NAMES);
        return new StepsQuestion(
                id,
                (int) Numbers.of(query, LIMIT, JobRoutes.LIMIT_DEFAULT, 1, JobRoutes.LIMIT_MAX),
                (int) Numbers.of(query, CURSOR, 0, 0, Job.STEPS_MAX));
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final Job job = reading.upTo(index, head);
        if (job == null) {
            return null;
        }
        final JsonMembers json = new JsonMembers().begin().beginArray("items");
        int at = 0;
        for (final Step step : job.steps()) {
            if (at >= offset && at - offset < limit) {
                step.write(json);
            }
            at++;
        }
        json.endArray().number("total", at).number("limit", limit);
        final int next = offset + limit;
        return json.text("next_cursor", next < at ? Integer.toString(next) : null)
                .end()
                .take(allocator);
    }
}

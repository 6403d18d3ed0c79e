package dev.weft.server.job;

import dev.weft.server.fold.Folded;
import dev.weft.server.index.EventIndex;
import dev.weft.server.query.Question;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A page of jobs, the newest first, and how many match in all. For one request. */
final class JobListQuestion implements Question {
    /** Jobs that one step looks at. */
    private static final int STEP_MAX = 4_096;

    private final Folded<JobTable> jobs;
    private final JobListWish wish;
    private final JsonMembers json = new JsonMembers().begin().beginArray("items");
    private long next = Long.MAX_VALUE; // first sequence of the last job that was looked at
    private int count;
    private int total;
    private long last; // first sequence of the last job on the page
    private boolean hasMore;

    JobListQuestion(final Folded<JobTable> jobs, final JobListWish wish) {
        this.jobs = jobs;
        this.wish = wish;
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final JobTable table = jobs.upTo(index, head);
        if (table == null) {
            return null;
        }
        final Iterator<Job> left = table.before(next).values().iterator();
        for (int i = 0; i < STEP_MAX && left.hasNext(); i++) {
            look(left.next());
        }
        if (left.hasNext()) {
            return null;
        }
        return json.endArray()
                .number("total", total)
                .number("limit", wish.limit())
                .text("next_cursor", hasMore ? Long.toString(last) : null)
                .end()
                .take(allocator);
    }

    private void look(final Job job) {
        next = job.firstSequence();
        if (!wish.matches(job)) {
            return;
        }
        total++;
        if (next >= wish.before()) {
            return;
        }
        if (count == wish.limit()) {
            hasMore = true;
            return;
        }
        json.begin();
        job.write(json);
        json.end();
        last = next;
        count++;
    }
}

package dev.weft.server.job;

import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Question;
import dev.weft.server.record.RecordView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** One job: what it is, how many steps are where, which events there are. For one request. */
final class JobQuestion implements Question {
    private final JobReading reading;

    JobQuestion(final String id) {
        reading = new JobReading(id);
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final Job job = read(index, head);
        return job == null ? null : write(index, head, job, allocator);
    }

    /** The job, or null to be asked again. */
    @Nullable Job read(final EventIndex index, final long head) {
        return reading.upTo(index, head);
    }

    /** The answer, when the job is read. */
    ByteBuf write(
            final EventIndex index,
            final long head,
            final Job job,
            final ByteBufAllocator allocator) {
        final JsonMembers json = new JsonMembers().begin();
        job.writeAll(json, retriedAs(index, job, head));
        json.object("events")
                .number("total", reading.eventCount())
                .number("first_seq", reading.firstSequence())
                .number("last_seq", reading.lastSequence())
                .end();
        return json.end().take(allocator);
    }

    /** Id of the job that was made to do again what this one did not; null if there is none. */
    static @Nullable String retriedAs(final EventIndex index, final Job job, final long head) {
        final String cause = job.endId();
        if (cause == null) {
            return null;
        }
        final StringBuilder quoted = new StringBuilder();
        JsonText.quote(quoted, cause);
        final EventQuery query =
                EventQuery.ALL
                        .where(
                                IndexField.CAUSATION_ID,
                                quoted.substring(1, quoted.length() - 1)) // as it stands in a frame
                        .where(IndexField.TYPE, JobEvents.CREATED)
                        .upTo(head);
        final Sequences sequences = index.select(query).ascending(0);
        final EventReads reads = index.reads();
        for (long next = sequences.next(); next != Sequences.NONE; next = sequences.next()) {
            if (reads.at(next)) {
                final RecordView view = new RecordView().wrap(reads.block(), reads.index());
                final String subject = view.text(RecordDescriptor.SUBJECT_OFFSET);
                if (subject != null && subject.startsWith(JobEvents.KIND)) {
                    return subject.substring(JobEvents.KIND.length());
                }
            }
        }
        return null;
    }
}

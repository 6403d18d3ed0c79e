package dev.weft.server.job;

import dev.weft.protocol.Problem;
import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.query.Question;
import dev.weft.server.sequencer.Precondition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Ends a job that has not ended: {@code job.cancelled}. Whoever does its work publishes its own end
 * whenever he likes; so it is read again after the append which of the two came first.
 */
final class CancelJob implements Command {
    private static final Set<String> MEMBERS = Set.of("reason");

    private final String id;
    private byte[] body = {};
    private JobReading reading;
    private long sequence; // of our own end

    CancelJob(final String id) {
        this.id = id;
        reading = new JobReading(id);
    }

    /** Takes the body, which may be empty. */
    CancelJob with(final byte[] collected) {
        body = collected;
        return this;
    }

    /** Data of the event. */
    private String data() {
        if (body.length == 0) {
            return "{}";
        }
        final JsonNode said = NewJob.read(body, "the body must be a JSON object, or empty");
        NewJob.checkMembers(said, MEMBERS, "");
        final String reason = NewJob.optional(said, "reason", "");
        return reason == null ? "{}" : "{\"reason\":" + NewJob.quoted(reason) + "}";
    }

    @Override
    public @Nullable Decision decide(final EventIndex index, final long head) {
        final String data = data();
        final Job job = reading.upTo(index, head);
        if (job == null) {
            return null;
        }
        reading = new JobReading(id); // if it is asked again, then from the beginning
        if (job.status().isOver()) {
            throw over(job);
        }
        final EventBuilder event = JobEvents.ofServer(JobEvents.CANCELLED, id).data(data);
        return Decision.append(
                List.of(event),
                Precondition.change(JobEvents.subject(id), head),
                appended -> {
                    sequence = appended.firstSequence();
                    return new Reply(200, null);
                });
    }

    /** What came of it: the job, if it ended by this. */
    Question outcome() {
        final JobQuestion question = new JobQuestion(id);
        return (index, head, allocator) -> {
            final Job job = question.read(index, head);
            if (job == null) {
                return null;
            }
            if (job.endSequence() != sequence) {
                throw over(job);
            }
            return question.write(index, head, job, allocator);
        };
    }

    private static ProblemException over(final Job job) {
        return new ProblemException(
                new Problem(
                        409,
                        "only a job that is PENDING, QUEUED or RUNNING can be cancelled, and this one is "
                                + job.status()));
    }
}

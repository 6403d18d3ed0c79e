package dev.weft.server.job;

import dev.weft.protocol.Problem;
import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.sequencer.Precondition;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Does a job again that failed or was cancelled: a new job that says of which it is the retry, and
 * whose first event has the end of that one as its cause. Just once: who wants it again, retries
 * the newest.
 */
final class RetryJob implements Command {
    private final String id;
    private final byte[] body;
    private JobReading reading;

    /**
     * A retry.
     *
     * @param body says nothing: it is empty, or an empty object.
     */
    RetryJob(final String id, final byte[] body) {
        this.id = id;
        this.body = body;
        reading = new JobReading(id);
    }

    @Override
    public @Nullable Decision decide(final EventIndex index, final long head) {
        if (body.length > 0) {
            NewJob.checkMembers(
                    NewJob.read(body, "the body must be an empty JSON object, or empty"),
                    Set.of(),
                    "");
        }
        final Job job = reading.upTo(index, head);
        if (job == null) {
            return null;
        }
        reading = new JobReading(id); // if it is asked again, then from the beginning
        if (job.status() != JobStatus.FAILED && job.status() != JobStatus.CANCELLED) {
            throw refused(
                    "only a job that is FAILED or CANCELLED can be retried, and this one is "
                            + job.status());
        }
        final String retriedAs = JobQuestion.retriedAs(index, job, head);
        if (retriedAs != null) {
            throw refused("it was retried already, as " + retriedAs + ": retry that one");
        }
        return NewJob.again(job).decision(Precondition.change(JobEvents.subject(id), head));
    }

    private static ProblemException refused(final String detail) {
        return new ProblemException(new Problem(409, detail));
    }
}

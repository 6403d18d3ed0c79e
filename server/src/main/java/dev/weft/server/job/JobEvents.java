package dev.weft.server.job;

import dev.weft.protocol.Problem;
import dev.weft.protocol.event.TextRules;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.ingest.EventBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which events belong to jobs, and what their types are. Stateless. */
final class JobEvents {
    static final String CREATED = "job.created";
    static final String QUEUED = "job.queued";
    static final String STARTED = "job.started";
    static final String COMPLETED = "job.completed";
    static final String FAILED = "job.failed";
    static final String CANCELLED = "job.cancelled";
    static final String STEP_STARTED = "step.started";
    static final String STEP_PROGRESS = "step.progress";
    static final String STEP_COMPLETED = "step.completed";
    static final String STEP_FAILED = "step.failed";

    /** Category of the events that the server makes. */
    static final String CATEGORY = "job";

    /** Before the id in a subject. */
    static final String KIND = "job/";

    /** Name of the control frame behind a job's last event. */
    static final String COMPLETE = "stream.complete";

    /** Types that a job ends with; the first of them counts. */
    private static final Map<String, JobStatus> ENDS =
            Map.of(
                    COMPLETED, JobStatus.COMPLETED,
                    FAILED, JobStatus.FAILED,
                    CANCELLED, JobStatus.CANCELLED);

    private static final List<Term> LIFE =
            terms(CREATED, QUEUED, STARTED, COMPLETED, FAILED, CANCELLED, STEP_STARTED);
    private static final List<Term> STATE =
            terms(
                    CREATED,
                    QUEUED,
                    STARTED,
                    COMPLETED,
                    FAILED,
                    CANCELLED,
                    STEP_STARTED,
                    STEP_PROGRESS,
                    STEP_COMPLETED,
                    STEP_FAILED);

    private JobEvents() {}

    /**
     * Checks what a path names.
     *
     * @throws ProblemException 400 if it can be no job's id.
     */
    static String checkedId(final String id) {
        if (!TextRules.isSubjectId(id)) {
            throw new ProblemException(
                    new Problem(400, "jobId: must be 1 to 200 of [A-Za-z0-9._:@-]"));
        }
        return id;
    }

    static String subject(final String id) {
        return KIND + id;
    }

    /** Everything that belongs to a job. */
    static EventQuery all(final String id) {
        return EventQuery.ALL.where(IndexField.SUBJECT, subject(id));
    }

    /** What a job and its steps are made of; no output. */
    static EventQuery state(final String id) {
        return all(id).where(IndexField.TYPE, STATE);
    }

    /** What the list of jobs is made of. */
    static EventQuery life() {
        return EventQuery.ALL
                .where(IndexField.SUBJECT, List.of(Term.prefix(KIND)))
                .where(IndexField.TYPE, LIFE);
    }

    /** Everything that belongs to a job, up to what it ends with. */
    static Filter stream(final String id) {
        final Map<String, String> values = new TreeMap<>();
        ENDS.forEach(
                (type, status) -> {
                    final StringBuilder value = new StringBuilder("{\"jobId\":");
                    JsonText.quote(value, id);
                    value.append(",\"status\":\"").append(status.word()).append("\"}");
                    values.put(type, value.toString());
                });
        return Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact(subject(id)))))
                .endingWith(Ending.of(COMPLETE, values));
    }

    /** An event of a job that the server itself makes. */
    static EventBuilder ofServer(final String type, final String id) {
        return new EventBuilder(type)
                .sourceEvent("runner-jobs")
                .category(CATEGORY)
                .subject(subject(id));
    }

    /** The status that a type ends a job with, {@code PENDING} if it does not. */
    static JobStatus end(final String type) {
        return ENDS.getOrDefault(type, JobStatus.PENDING);
    }

    private static List<Term> terms(final String... types) {
        return List.of(types).stream().map(Term::exact).toList();
    }
}

package dev.weft.server.job;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.query.Numbers;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which jobs are wanted.
 *
 * @param statuses any of them; empty for all.
 * @param types any of them; empty for all.
 * @param before sequence that the first event of each comes before: what a cursor says.
 */
record JobListWish(Set<JobStatus> statuses, Set<String> types, int limit, long before) {
    private static final String STATUS = "status";
    private static final String TYPE = "type";
    private static final String LIMIT = "limit";
    private static final String CURSOR = "cursor";
    private static final Set<String> NAMES = Set.of(STATUS, TYPE, LIMIT, CURSOR);

    /**
     * Reads a query.
     *
     * @throws dev.weft.server.http.ProblemException 400 with the parameter and the rule it breaks.
     */
    static JobListWish parse(final QueryParameters query) {
        FilterParser.checkNames(query, NAMES);
        final Set<JobStatus> statuses = EnumSet.noneOf(JobStatus.class);
        for (final String text : query.all(STATUS)) {
            final JobStatus status = Payload.constantOf(text, JobStatus.class);
            if (status == null) {
                throw FilterParser.refused(
                        STATUS, "must be one of " + Arrays.toString(JobStatus.values()));
            }
            statuses.add(status);
        }
        final List<String> types = query.all(TYPE);
        if (types.contains("")) {
            throw FilterParser.refused(TYPE, "must not be empty");
        }
        return new JobListWish(
                statuses,
                new HashSet<>(types),
                (int) Numbers.of(query, LIMIT, JobRoutes.LIMIT_DEFAULT, 1, JobRoutes.LIMIT_MAX),
                Numbers.of(query, CURSOR, Long.MAX_VALUE, 1, Long.MAX_VALUE));
    }

    boolean matches(final Job job) {
        return (statuses.isEmpty() || statuses.contains(job.status()))
                && (types.isEmpty() || (job.type() != null && types.contains(job.type())));
    }
}

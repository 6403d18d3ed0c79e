package dev.weft.server.query.summary;

import dev.weft.protocol.TimeText;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.IndexField;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which histogram is wanted.
 *
 * @param bucketUs length of a bucket, 0 for one that suits the range.
 * @param by a series for each text of this field, null for one in all.
 * @param top texts with a series of their own.
 * @param nowUs when it was asked for.
 */
record HistogramWish(Scope scope, long bucketUs, @Nullable IndexField by, int top, long nowUs) {
    static final long BUCKET_MIN_US = 1_000_000L;
    static final long BUCKET_MAX_US = 86_400_000_000L;
    static final int TOP_DEFAULT = 10;
    static final int TOP_MAX = 50;

    private static final String BUCKET = "bucket";
    private static final String BY = "by";
    private static final String TOP = "top";
    private static final Map<String, IndexField> FIELDS =
            Map.of(
                    "type",
                    IndexField.TYPE,
                    "category",
                    IndexField.CATEGORY,
                    "subject",
                    IndexField.SUBJECT);
    private static final Set<String> NAMES =
            Stream.concat(Scope.NAMES.stream(), Stream.of(BUCKET, BY, TOP))
                    .collect(Collectors.toUnmodifiableSet());

    /**
     * Reads a query.
     *
     * @throws dev.weft.server.http.ProblemException 400 with the parameter and the rule it breaks.
     */
    static HistogramWish parse(final QueryParameters query, final Scope.Parser scopes) {
        FilterParser.checkNames(query, NAMES);
        final Scope scope = scopes.parse(query);
        final String by = query.one(BY);
        final IndexField field = by == null ? null : FIELDS.get(by);
        if (by != null && field == null) {
            throw FilterParser.refused(BY, "must be type, category or subject");
        }
        if (by == null && query.one(TOP) != null) {
            throw FilterParser.refused(TOP, "only with by, which says what is counted apart");
        }
        return new HistogramWish(
                scope,
                bucketUs(query.one(BUCKET)),
                field,
                (int) Numbers.of(query, TOP, TOP_DEFAULT, 1, TOP_MAX),
                scopes.wallUs().getAsLong());
    }

    private static long bucketUs(final @Nullable String text) {
        if (text == null) {
            return 0;
        }
        final long bucketUs = TimeText.duration(text);
        if (bucketUs < BUCKET_MIN_US || bucketUs > BUCKET_MAX_US || bucketUs % BUCKET_MIN_US != 0) {
            throw FilterParser.refused(
                    BUCKET, "must be a duration of whole seconds from 1s to 1d, such as 5m");
        }
        return bucketUs;
    }
}

package dev.weft.server.index.engine;

import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.RecentQueries;
import dev.weft.server.index.segment.Wanted;
import java.util.HashMap;
import java.util.Map;

/**
 * How many events of a whole segment match, for the queries that came last: segments in files do
 * not change, so a repeated query counts in the growing one only. Thread: {@code weft-query}.
 */
final class RememberedCounts {
    private final RecentQueries<Map<FileSegment, Integer>> counts = new RecentQueries<>();

    int count(final Wanted wanted, final FileSegment segment) {
        final Map<FileSegment, Integer> ofQuery = counts.of(wanted, HashMap::new);
        Integer known = ofQuery.get(segment);
        if (known == null) {
            known = segment.matches(wanted).count();
            ofQuery.put(segment, known);
        }
        return known;
    }

    void forget(final FileSegment segment) {
        counts.all().forEach(ofQuery -> ofQuery.remove(segment));
    }
}

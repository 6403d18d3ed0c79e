package dev.weft.server.index.engine;

import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.Wanted;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many events of a whole segment match, for the queries that came last: segments in files do
 * not change, so a repeated query counts in the growing one only. Thread: {@code weft-query}.
 */
final class RememberedCounts {
    private static final int QUERIES_MAX = 1_024;
    private static final int INITIAL = 64;
    private static final float LOAD = 0.75f;

    private final Map<Wanted, Map<FileSegment, Integer>> counts =
            new LinkedHashMap<>(INITIAL, LOAD, true);

    int count(final Wanted wanted, final FileSegment segment) {
        Map<FileSegment, Integer> ofQuery = counts.get(wanted);
        if (ofQuery == null) {
            ofQuery = new HashMap<>();
            counts.put(wanted, ofQuery);
            if (counts.size() > QUERIES_MAX) {
                counts.remove(counts.keySet().iterator().next()); // not used for the longest time
            }
        }
        Integer known = ofQuery.get(segment);
        if (known == null) {
            known = segment.matches(wanted).count();
            ofQuery.put(segment, known);
        }
        return known;
    }

    void forget(final FileSegment segment) {
        counts.values().forEach(ofQuery -> ofQuery.remove(segment));
    }
}

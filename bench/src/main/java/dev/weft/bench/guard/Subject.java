package dev.weft.bench.guard;

import dev.weft.bench.micro.FanOutBenchmark;
import dev.weft.bench.micro.FilterBenchmark;
import dev.weft.bench.micro.FilterMatchBenchmark;
import dev.weft.bench.micro.FrameEncodeBenchmark;
import dev.weft.bench.micro.GroupEncodeBenchmark;
import dev.weft.bench.micro.ParseBenchmark;
import dev.weft.bench.micro.StreamWriteBenchmark;
import java.util.List;
import java.util.Map;

/**
 * A benchmark that is guarded.
 *
 * @param name in the baseline.
 * @param method class and method of the benchmark.
 * @param parameters of the benchmark, by name.
 */
record Subject(String name, String method, Map<String, String> parameters) {
    /** What tells how fast the machine is. */
    static final Subject CALIBRATION =
            new Subject("calibration", CalibrationBenchmark.class.getName() + ".work", Map.of());

    /** Name of the append to the journal. */
    static final String APPEND = "append";

    /** Of a subject, a type or a correlation id, whole or its beginning: 10,000 groups of one. */
    private static final Map<String, String> MANY_FILTERS =
            Map.of("filters", "10000", "kind", "mixed", "events", "64");

    private static final Subject GROUP_ENCODE =
            weft(
                    "group encode",
                    GroupEncodeBenchmark.class,
                    Map.of("filter", "all", "framing", "SSE"));

    /** The hot path, from the bytes of a publish to those in the subscribers' channels. */
    static final List<Subject> ALL =
            List.of(
                    weft("publish", ParseBenchmark.class, Map.of("shape", "compact")),
                    weft("frame encode", FrameEncodeBenchmark.class, Map.of()),
                    weft(APPEND, AppendBenchmark.class, Map.of()),
                    GROUP_ENCODE,
                    weft("filter match", FilterMatchBenchmark.class, Map.of()),
                    weft("group lookup", FilterBenchmark.class, MANY_FILTERS),
                    weft("fan-out", FanOutBenchmark.class, Map.of("members", "1000")),
                    weft("stream write", StreamWriteBenchmark.class, Map.of()));

    /** Those with a planted regression; each goes by the name that it is to be compared with. */
    static final Subject PLANTED_SLOW =
            new Subject(GROUP_ENCODE.name, PlantedBenchmark.class.getName() + ".slow", Map.of());

    /** As {@link #PLANTED_SLOW}, but allocating. */
    static final Subject PLANTED_ALLOCATION =
            new Subject(
                    GROUP_ENCODE.name, PlantedBenchmark.class.getName() + ".allocating", Map.of());

    /** The groups are asked one by one, as if there was no lookup. */
    static final Subject PLANTED_WALK =
            new Subject(
                    "group lookup", FilterBenchmark.class.getName() + ".rivalWalk", MANY_FILTERS);

    private static Subject weft(
            final String name, final Class<?> benchmark, final Map<String, String> parameters) {
        return new Subject(name, benchmark.getName() + ".weft", parameters);
    }
}

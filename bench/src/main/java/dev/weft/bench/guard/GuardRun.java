package dev.weft.bench.guard;

import dev.weft.bench.micro.LoopThreads;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures: in each round every benchmark runs in a JVM of its own, pairs of them between two of
 * the calibration. Time is the CPU time of the benchmark's thread. Of a fork the fastest iteration
 * counts, because what else the machine does only ever makes one slower, and the one that allocates
 * least, for the same reason; of the rounds the median counts.
 */
final class GuardRun {
    private static final int CALIBRATED_TOGETHER = 2;
    private static final int WARM_UPS = 8;
    private static final int ITERATIONS = 10;
    private static final TimeValue ITERATION = TimeValue.milliseconds(100);

    private final int roundCount;
    private final PrintStream out;

    GuardRun(final int roundCount, final PrintStream out) {
        this.roundCount = roundCount;
        this.out = out;
    }

    /** What one fork came to: nanoseconds per operation, bytes per invocation. */
    private record Sample(double time, double bytes) {}

    /**
     * Runs all rounds.
     *
     * @return the costs by the names of the subjects.
     */
    Map<String, Cost> measure(final List<Subject> subjects) throws RunnerException {
        final Map<String, List<Cost>> costs = new LinkedHashMap<>();
        for (int round = 1; round <= roundCount; round++) {
            Sample before = fork(Subject.CALIBRATION);
            for (int from = 0; from < subjects.size(); from += CALIBRATED_TOGETHER) {
                final List<Subject> some =
                        subjects.subList(
                                from, Math.min(subjects.size(), from + CALIBRATED_TOGETHER));
                final List<Sample> samples = new ArrayList<>();
                for (final Subject subject : some) {
                    samples.add(fork(subject));
                }
                final Sample after = fork(Subject.CALIBRATION);
                final double calibration = (before.time + after.time) / 2;
                before = after;
                for (int i = 0; i < some.size(); i++) {
                    final Sample sample = samples.get(i);
                    final Cost cost = new Cost(sample.time / calibration, sample.bytes);
                    costs.computeIfAbsent(some.get(i).name(), name -> new ArrayList<>()).add(cost);
                    print(round, some.get(i), sample, calibration);
                }
            }
        }
        final Map<String, Cost> medians = new LinkedHashMap<>();
        costs.forEach(
                (name, all) ->
                        medians.put(
                                name,
                                new Cost(
                                        median(all.stream().map(Cost::timeRatio).toList()),
                                        median(all.stream().map(Cost::bytes).toList()))));
        return medians;
    }

    private void print(
            final int round, final Subject subject, final Sample sample, final double calibration) {
        out.printf(
                Locale.ROOT,
                "round %d  %-13s %10.2f ns/op  calibration %7.1f ns  ratio %.5f  %8.3f B%n",
                round,
                subject.name(),
                sample.time,
                calibration,
                sample.time / calibration,
                sample.bytes);
    }

    /** The middle one, or what lies in the middle of the two that are there. */
    static double median(final List<Double> values) {
        final List<Double> sorted = values.stream().sorted().toList();
        final int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    private static Sample fork(final Subject subject) throws RunnerException {
        final OptionsBuilder options = new OptionsBuilder();
        subject.parameters().forEach(options::param);
        options.include("^" + subject.method().replace(".", "\\.") + "$")
                .forks(1)
                .warmupIterations(WARM_UPS)
                .warmupTime(ITERATION)
                .measurementIterations(ITERATIONS)
                .measurementTime(ITERATION)
                .addProfiler(WorkerProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .jvmArgsAppend(jvmFlags());
        final Collection<RunResult> results = new Runner(options.build()).run();
        if (results.size() != 1) {
            throw new IllegalStateException(results.size() + " benchmarks " + subject.method());
        }
        return sample(results.iterator().next());
    }

    private static Sample sample(final RunResult result) {
        double time = Double.MAX_VALUE;
        double bytes = Double.MAX_VALUE;
        for (final BenchmarkResult fork : result.getBenchmarkResults()) {
            for (final IterationResult iteration : fork.getIterationResults()) {
                time = Math.min(time, score(iteration, WorkerProfiler.CPU));
                bytes = Math.min(bytes, score(iteration, WorkerProfiler.ALLOCATION));
            }
        }
        return new Sample(time, Math.max(0, bytes) * result.getParams().getOpsPerInvocation());
    }

    @SuppressWarnings("rawtypes") // JMH's own signature
    private static double score(final IterationResult iteration, final String label) {
        for (final Map.Entry<String, Result> entry : iteration.getSecondaryResults().entrySet()) {
            if (entry.getKey().endsWith(label)) {
                return entry.getValue().getScore();
            }
        }
        throw new IllegalStateException("no " + label + ": " + iteration);
    }

    /** What the libraries need, which a fork does not inherit, and threads like the server's. */
    private static String[] jvmFlags() {
        final List<String> flags = new ArrayList<>();
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--") || argument.startsWith("-Dchronicle"))
                .forEach(flags::add);
        flags.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xms256m",
                        "-Xmx512m",
                        "-Dio.netty.jfr.enabled=false",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-Djmh.executor=CUSTOM",
                        "-Djmh.executor.class=" + LoopThreads.class.getName()));
        return flags.toArray(String[]::new);
    }
}

package dev.weft.bench.guard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the guard; {@code scripts/bench-guard} is its launcher. */
@Command(
        name = "scripts/bench-guard",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Compares the hot path with the committed baseline.")
public final class GuardMain implements Callable<Integer> {
    @Option(
            names = "--baseline",
            defaultValue = "bench/baseline.json",
            description = "The committed costs (${DEFAULT-VALUE}).")
    private Path file = Path.of("bench/baseline.json");

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Forks of each benchmark; the median counts (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--margin",
            defaultValue = "1.30",
            description =
                    "How many times slower is a regression (${DEFAULT-VALUE}); of append three times that much.")
    private double margin;

    @Option(names = "--update", description = "Write a new baseline for this line of the JDK.")
    private boolean update;

    @Option(
            names = "--self-test",
            description =
                    "Run benchmarks with a planted slowdown, allocation and linear walk, and expect to fail.")
    private boolean selfTest;

    /** Runs the guard. Exit code 0: nothing became worse; 1: something did; 2: wrong usage. */
    public static void main(final String[] args) {
        System.exit(new CommandLine(new GuardMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException, RunnerException {
        final int line = Runtime.version().feature();
        final Baseline baseline = Baseline.read(file);
        final GuardRun run = new GuardRun(rounds, System.out);
        if (selfTest) {
            final boolean slow = isSeen(run, baseline.of(line), Subject.PLANTED_SLOW);
            final boolean allocation = isSeen(run, baseline.of(line), Subject.PLANTED_ALLOCATION);
            final boolean walk = isSeen(run, baseline.of(line), Subject.PLANTED_WALK);
            return slow && allocation && walk ? 0 : 1;
        }
        final Map<String, Cost> costs = run.measure(Subject.ALL);
        if (update) {
            baseline.put(line, costs);
            baseline.write(file);
            System.out.println("baseline of JDK " + line + " written: " + file);
            return 0;
        }
        costs.forEach(
                (name, cost) -> {
                    final Cost before = baseline.of(line).getOrDefault(name, cost);
                    System.out.printf(
                            Locale.ROOT,
                            "%-13s %.2f × the baseline's time, %.1f bytes (baseline %.1f)%n",
                            name,
                            cost.timeRatio() / before.timeRatio(),
                            cost.bytes(),
                            before.bytes());
                });
        costs.keySet().stream()
                .filter(name -> !baseline.of(line).containsKey(name))
                .forEach(name -> System.out.println("NEW " + name + ": counts from --update on"));
        final List<String> regressions = Regression.find(baseline.of(line), costs, this::margin);
        regressions.forEach(text -> System.out.println("REGRESSION " + text));
        System.out.println(
                "guard on JDK " + line + ": " + (regressions.isEmpty() ? "passed" : "FAILED"));
        return regressions.isEmpty() ? 0 : 1;
    }

    /** The kernel's work on fresh pages is part of an append, and no calibration follows it. */
    private double margin(final String name) {
        return name.equals(Subject.APPEND) ? 1 + (margin - 1) * 3 : margin;
    }

    private boolean isSeen(
            final GuardRun run, final Map<String, Cost> baseline, final Subject planted)
            throws RunnerException {
        final Cost before = baseline.get(planted.name());
        if (before == null && !baseline.isEmpty()) {
            System.out.println("self-test " + planted.method() + ": has no baseline yet, left out");
            return true;
        }
        final List<String> regressions =
                Regression.find(
                        before == null ? Map.of() : Map.of(planted.name(), before),
                        run.measure(List.of(planted)),
                        this::margin);
        final boolean seen = before != null && !regressions.isEmpty();
        System.out.println(
                "self-test "
                        + planted.method()
                        + (seen ? " is seen: " : " is NOT seen ")
                        + regressions);
        return seen;
    }
}

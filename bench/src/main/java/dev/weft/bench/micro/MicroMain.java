package dev.weft.bench.micro;

import dev.weft.bench.report.Environment;
import dev.weft.bench.report.MicroReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks of this package with the allocation profiler and writes their report. */
public final class MicroMain {
    private static final String ALL = "dev\\.weft\\.bench\\.micro\\..*";

    private MicroMain() {}

    /**
     * Takes JMH's own options.
     *
     * @param args such as {@code Encode}, or {@code -h}.
     */
    public static void main(final String[] args)
            throws CommandLineOptionException, RunnerException, IOException {
        final CommandLineOptions given = new CommandLineOptions(args);
        if (given.shouldHelp()) {
            given.showHelp();
            return;
        }
        final OptionsBuilder options = new OptionsBuilder();
        options.parent(given)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgsAppend(jvmFlags());
        if (given.getIncludes().isEmpty()) {
            options.include(ALL);
        }
        final Environment environment =
                Environment.capture(Path.of(System.getProperty("java.io.tmpdir")));
        final Collection<RunResult> results = new Runner(options.build()).run();
        final List<String> command = new ArrayList<>(List.of("scripts/bench", "micro"));
        command.addAll(List.of(args));
        final Path folder =
                new MicroReport(Path.of("perf-results"), Environment.commit(), command)
                        .write(results, environment);
        System.out.println("-> " + folder);
    }

    /**
     * What the libraries need, which a fork does not inherit, and threads like those of the server.
     */
    private static String[] jvmFlags() {
        final List<String> flags = new ArrayList<>();
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--") || argument.startsWith("-Dchronicle"))
                .forEach(flags::add);
        flags.add("-Dio.netty.leakDetection.level=disabled"); // as the launcher starts the server
        flags.add("-Djmh.executor=CUSTOM");
        flags.add("-Djmh.executor.class=" + LoopThreads.class.getName());
        return flags.toArray(String[]::new);
    }
}

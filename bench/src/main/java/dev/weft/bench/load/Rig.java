package dev.weft.bench.load;

import dev.weft.bench.report.Environment;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.ReportWriter;
import dev.weft.bench.report.Round;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs one scenario: starts Weft and the floor as processes, warms both up, then runs the rounds in
 * turn (floor, weft, weft, floor, …), so that what the machine does meanwhile hits both alike, and
 * writes the report.
 */
final class Rig {
    private static final String FLOOR = "floor";

    private final Path work;
    private final List<String> weftCommand;
    private final int roundCount;
    private final ReportWriter writer;
    private final PrintStream out;

    /**
     * @param work for journals and logs; what is made there is taken away again, but for the logs.
     * @param weftCommand starts a server when {@code --port 0 --data-dir <dir>} is appended.
     * @param roundCount measured rounds against each server.
     */
    Rig(
            final Path work,
            final List<String> weftCommand,
            final int roundCount,
            final ReportWriter writer,
            final PrintStream out) {
        this.work = work;
        this.weftCommand = weftCommand;
        this.roundCount = roundCount;
        this.writer = writer;
        this.out = out;
    }

    /**
     * @return whether the run counts: nothing lost, no rate missed.
     */
    boolean run(final Scenario scenario, final Map<String, Object> circumstances)
            throws IOException {
        out.printf("%n== %s%n%s%n", scenario.name(), scenario.claim());
        final Path data = Files.createTempDirectory(work, "journal");
        final Environment environment = Environment.capture(data);
        circumstances.forEach(environment::put);
        final List<Round> warmUps = new ArrayList<>();
        final List<Round> rounds = new ArrayList<>();
        try (ServerProcess weft = startWeft(data)) {
            environment.server(Report.PRODUCT, weft.pid());
            if (scenario.hasFloor()) {
                try (ServerProcess floor = startFloor()) {
                    environment.server(FLOOR, floor.pid());
                    rounds(scenario, List.of(floor, weft), warmUps, rounds);
                }
            } else {
                rounds(scenario, List.of(weft), warmUps, rounds);
            }
        } finally {
            delete(data);
        }
        final Report report =
                new Report(
                        scenario.name(),
                        scenario.claim(),
                        scenario.timesMeaning(),
                        scenario.goals(),
                        warmUps,
                        rounds);
        final Path folder = writer.write(report, environment);
        out.printf("-> %s%n%s%n", folder, Files.readString(folder.resolve("README.md")));
        return report.isValid();
    }

    private void rounds(
            final Scenario scenario,
            final List<ServerProcess> servers,
            final List<Round> warmUps,
            final List<Round> rounds) {
        for (final ServerProcess server : servers) {
            warmUps.add(round(scenario, server, 0));
        }
        final int count = scenario.roundCount(roundCount);
        for (int number = 1; number <= count; number++) {
            final List<ServerProcess> order = new ArrayList<>(servers);
            if (number % 2 == 0) {
                Collections.reverse(order);
            }
            for (final ServerProcess server : order) {
                rounds.add(round(scenario, server, number));
            }
        }
    }

    private Round round(final Scenario scenario, final ServerProcess server, final int number) {
        Round round;
        try {
            round = scenario.round(server, number);
        } catch (final IOException | UncheckedIOException | StalledException ex) {
            final Measure broken = new Measure(server, number);
            broken.violation(ex + (server.isAlive() ? "" : " (the server has ended)"));
            round = broken.round();
        }
        out.printf(
                "%-5s %s %s %s%n",
                server.name(),
                number == 0 ? "warm-up" : "round " + number,
                text(round.values()),
                round.violations().isEmpty() ? "" : "VOID " + round.violations());
        return round;
    }

    private static String text(final Map<String, Double> values) {
        final StringBuilder text = new StringBuilder();
        values.forEach(
                (name, value) ->
                        text.append(text.length() == 0 ? "" : " | ")
                                .append(name)
                                .append(' ')
                                .append(ReportWriter.number(value)));
        return text.toString();
    }

    private ServerProcess startWeft(final Path data) throws IOException {
        final List<String> command = new ArrayList<>(weftCommand);
        command.addAll(
                List.of("--host", "127.0.0.1", "--port", "0", "--data-dir", data.toString()));
        return ServerProcess.start(Report.PRODUCT, command, Map.of(), work.resolve("weft.log"));
    }

    private ServerProcess startFloor() throws IOException {
        final String java = ProcessHandle.current().info().command().orElse("java");
        final List<String> command = new ArrayList<>(List.of(java));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--") || argument.startsWith("-XX:+Use"))
                .forEach(command::add);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), FloorServer.class.getName()));
        return ServerProcess.start(FLOOR, command, Map.of(), work.resolve("floor.log"));
    }

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

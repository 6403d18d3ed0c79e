package dev.weft.bench.rig;

import dev.weft.bench.client.StalledException;
import dev.weft.bench.report.Environment;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.ReportWriter;
import dev.weft.bench.report.Round;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs one scenario: starts every server as a process, warms all up, then runs the rounds in turn
 * (floor, nchan, weft, weft, nchan, floor, …), so that what the machine does meanwhile hits all
 * alike, and writes the report.
 */
public final class Rig {
    private final Path work;
    private final List<Contender> contenders;
    private final int roundCount;
    private final ReportWriter writer;
    private final PrintStream out;

    /**
     * @param work for journals and logs; what is made there is taken away again, but for the logs.
     * @param contenders the servers that take part, in the order of the first round.
     * @param roundCount measured rounds against each server.
     */
    public Rig(
            final Path work,
            final List<Contender> contenders,
            final int roundCount,
            final ReportWriter writer,
            final PrintStream out) {
        this.work = work;
        this.contenders = contenders;
        this.roundCount = roundCount;
        this.writer = writer;
        this.out = out;
    }

    /**
     * @return whether the run counts: nothing lost, no rate missed.
     */
    public boolean run(final Scenario scenario, final Map<String, Object> circumstances)
            throws IOException {
        out.printf("%n== %s%n%s%n", scenario.question().scenario(), scenario.question().claim());
        final Path kept = scenario.directory();
        final Path data =
                kept == null
                        ? Files.createTempDirectory(work, "data")
                        : Files.createDirectories(kept);
        final Environment environment = Environment.capture(data);
        circumstances.forEach(environment::put);
        final List<Round> warmUps = new ArrayList<>();
        final List<Round> rounds = new ArrayList<>();
        final List<Contender> suited = contenders.stream().filter(scenario::suits).toList();
        final List<ServerProcess> servers = new ArrayList<>();
        try {
            for (final Contender contender : suited) {
                final ServerProcess server = start(contender, data);
                servers.add(server);
                environment.server(server.name(), server.pid());
            }
            rounds(scenario, servers, warmUps, rounds);
        } finally {
            servers.forEach(ServerProcess::close);
            if (kept == null) {
                delete(data);
            }
        }
        final Set<String> peers =
                suited.stream()
                        .filter(Contender::isPeer)
                        .map(Contender::name)
                        .collect(Collectors.toSet());
        for (final Round beside : scenario.besides(scenario.roundCount(roundCount))) {
            tell(beside);
            peers.add(beside.server());
            rounds.add(beside);
        }
        final Report report = new Report(scenario.question(), peers, warmUps, rounds);
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
        tell(round);
        return round;
    }

    private void tell(final Round round) {
        out.printf(
                "%-10s %s %s %s%n",
                round.server(),
                round.number() == 0 ? "warm-up" : "round " + round.number(),
                text(round.values()),
                round.violations().isEmpty() ? "" : "VOID " + round.violations());
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

    private ServerProcess start(final Contender contender, final Path data) throws IOException {
        final Path own = Files.createDirectories(data.resolve(contender.name()));
        return contender.starter().start(own, work.resolve(contender.name() + ".log"));
    }

    public static void delete(final Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

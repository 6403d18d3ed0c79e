package dev.weft.bench.load;

import dev.weft.bench.history.HistoryScenario;
import dev.weft.bench.report.Environment;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.ReportWriter;
import dev.weft.bench.rig.MemoryWarmer;
import dev.weft.bench.rig.Product;
import dev.weft.bench.rig.Rig;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.scenario.BridgeScenario;
import dev.weft.bench.scenario.CrowdScenario;
import dev.weft.bench.scenario.DoorScenario;
import dev.weft.bench.scenario.ExportScenario;
import dev.weft.bench.scenario.FairnessScenario;
import dev.weft.bench.scenario.FanOutScenario;
import dev.weft.bench.scenario.IdleScenario;
import dev.weft.bench.scenario.IngestScenario;
import dev.weft.bench.scenario.MemoryScenario;
import dev.weft.bench.scenario.OpenLoopScenario;
import dev.weft.bench.scenario.PressureScenario;
import dev.weft.bench.scenario.PublishScenario;
import dev.weft.bench.scenario.SessionOutputScenario;
import dev.weft.bench.scenario.SessionsScenario;
import dev.weft.bench.scenario.StalledScenario;
import dev.weft.bench.scenario.StartScenario;
import dev.weft.bench.scenario.StormScenario;
import dev.weft.bench.scenario.SweepScenario;
import dev.weft.bench.scenario.WeftRunScenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.Contenders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the load rig; {@code scripts/bench} is its launcher. */
@Command(
        name = "scripts/bench",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Measures a real server over loopback, from another process, beside other servers"
                        + " and bare loops of socket writes.",
        footer = {
            "",
            "Scenarios: fan-out, fan-out-single, publish, publish-minimal, ingest, door, latency,"
                    + " paced, idle, subscribers.",
            "crowd and crowd-reconnect: very many subscribers, of whom a tenth gets events.",
            "fairness: whether a crowd holds up those who are few.",
            "history: pages, totals, exports and pollers over --events, beside sqlite and"
                    + " postgresql;",
            "--against floor leaves these two out. A hundred million once, to be used again:",
            "history --events 100000000 --keep DIRECTORY --against floor",
            "start: how long a start takes. memory: of an idle server and of idle subscribers.",
            "export: all of a journal as lines. weft-run: a command that prints 1 GB, as a job.",
            "bridge: to and from a redis-server.",
            "session-output: what commands of 100 sessions print, until a subscriber has read it.",
            "sessions: what sessions take, and how long their calls.",
            "storm: all clients are dropped at once and come back; stalled: half of twice"
                    + " --subscribers stops reading;",
            "pressure: publishers at full speed, half of the subscribers does not read.",
            "all = these in turn but for subscribers, fairness, storm, stalled, pressure, crowds,"
                    + " start, memory, export, sessions, bridge, weft-run and"
                    + " session-output;",
            "peers = those that other servers have, beside all of them, and start, memory and"
                    + " door.",
            "Servers to be put beside: floor (the bare loop in Java), floor-c (in C), nchan,"
                    + " better-sse, vertx.",
            "micro runs the JMH benchmarks (scripts/bench micro --help)."
        })
public final class LoadMain implements Callable<Integer> {
    private static final List<String> ALL =
            List.of(
                    "fan-out",
                    "publish",
                    "publish-minimal",
                    "ingest",
                    "door",
                    "latency",
                    "paced",
                    "idle");
    private static final List<String> PEERS =
            List.of(
                    "fan-out",
                    "fan-out-single",
                    "paced",
                    "latency",
                    "publish",
                    "ingest",
                    "idle",
                    "subscribers",
                    "start",
                    "memory",
                    "door");
    private static final String DELIVERY_CPU = "server CPU per delivery, ns";
    private static final long WARM_LENGTH_MAX = 8L << 30;

    @Parameters(
            arity = "1..*",
            paramLabel = "SCENARIO",
            description = "Names of scenarios, or all, or peers.")
    private List<String> names = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Rounds against each server (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description = "Measured part of a round (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--idle-seconds",
            defaultValue = "60",
            description = "Measured part of the idle scenario (${DEFAULT-VALUE}).")
    private double idleSeconds;

    @Option(
            names = "--subscribers",
            defaultValue = "1000",
            description = "In fan-out, paced, idle (${DEFAULT-VALUE}).")
    private int subscribers;

    @Option(
            names = "--crowd",
            defaultValue = "15000",
            description = "Subscribers of the crowds (${DEFAULT-VALUE}).")
    private int crowd;

    @Option(
            names = "--clients",
            defaultValue = "10000",
            description = "Clients of the storm (${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--batch",
            defaultValue = "64",
            description = "Events of a fan-out batch (${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--window",
            defaultValue = "2",
            description = "Fan-out batches under way (${DEFAULT-VALUE}).")
    private int window;

    @Option(
            names = "--events",
            defaultValue = "1000000",
            description = "Events of the history, in ten thousands (${DEFAULT-VALUE}).")
    private long events;

    @Option(
            names = "--keep",
            paramLabel = "DIRECTORY",
            description =
                    "Where the journal of the history stays; filled up to --events, so a second run"
                            + " finds it whole and a run that was stopped goes on.")
    private @Nullable Path keep;

    @Option(
            names = "--rate",
            defaultValue = "1000",
            description = "Events/s of latency (${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "SERVER",
            description = "Servers beside it (floor; all for the peers).")
    private @Nullable List<String> against;

    @Option(
            names = "--variant",
            paramLabel = "NAME=COMMAND",
            description = "A further server, started like --server.")
    private Map<String, String> variants = Map.of();

    @Option(
            names = "--prepared",
            defaultValue = "target/bench/peers",
            description = "What scripts/bench built of the peers (${DEFAULT-VALUE}).")
    private Path prepared = Path.of("target/bench/peers");

    @Option(names = "--no-warm", description = "Do not touch the memory first.")
    private boolean noWarm;

    @Option(
            names = "--out",
            defaultValue = "perf-results",
            description = "Where reports go (${DEFAULT-VALUE}).")
    private Path out = Path.of("perf-results");

    @Option(
            names = "--work",
            defaultValue = "target/bench",
            description = "Journals and logs (${DEFAULT-VALUE}).")
    private Path work = Path.of("target/bench");

    @Option(
            names = "--server",
            defaultValue = "scripts/weft serve --log-level warn",
            description = "Command that starts the server, split at spaces (${DEFAULT-VALUE}).")
    private String server = "";

    @Option(
            names = "--door",
            defaultValue = "/dev/shm/weft-bench.door",
            description = "Shared memory of the scenario door (${DEFAULT-VALUE}).")
    private Path door = Path.of("/dev/shm/weft-bench.door");

    /** Runs the rig. Exit code 0: all runs count; 1: a run is void; 2: wrong usage. */
    public static void main(final String[] args) {
        System.exit(new CommandLine(new LoadMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        final List<Scenario> scenarios = new ArrayList<>();
        for (final String name : scenarioNames()) {
            scenarios.add(scenario(name));
        }
        Files.createDirectories(work);
        final Map<String, Object> circumstances = new LinkedHashMap<>();
        if (!noWarm) {
            warm(circumstances);
        }
        boolean valid = true;
        for (final Scenario scenario : scenarios) {
            final ReportWriter writer =
                    new ReportWriter(
                            out, Environment.commit(), command(scenario.question().scenario()));
            final List<Contender> contenders = contenders(scenario);
            final Rig rig = new Rig(work, contenders, rounds, writer, System.out);
            valid &= rig.run(scenario, circumstances);
        }
        return valid ? 0 : 1;
    }

    private List<String> scenarioNames() {
        return names.equals(List.of("all")) ? ALL : isOfPeers() ? PEERS : names;
    }

    private boolean isOfPeers() {
        return names.equals(List.of("peers"));
    }

    private List<String> others() {
        if (against != null) {
            return against;
        }
        return isOfPeers() ? Contenders.ALL : List.of(Contenders.FLOOR);
    }

    /** Those of {@link #others} that are stores, all if nothing was said. */
    private List<String> stores() {
        return against == null
                ? HistoryScenario.stores()
                : HistoryScenario.stores().stream().filter(against::contains).toList();
    }

    private List<Contender> contenders(final Scenario scenario) throws IOException {
        final List<Contender> all = new ArrayList<>();
        others().stream()
                .filter(name -> !HistoryScenario.stores().contains(name))
                .forEach(name -> all.add(Contenders.named(name, prepared)));
        for (final Map.Entry<String, String> variant : variants.entrySet()) {
            all.add(weft(variant.getKey(), variant.getValue(), scenario));
        }
        all.add(weft(Report.PRODUCT, server, scenario));
        return all;
    }

    private Contender weft(final String name, final String command, final Scenario scenario)
            throws IOException {
        final List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        if (scenario instanceof DoorScenario) {
            words.addAll(DoorScenario.options(door, name));
        } else if (scenario instanceof SessionOutputScenario output) {
            words.addAll(output.options(work));
        }
        return Contenders.weft(name, words);
    }

    private Scenario scenario(final String name) {
        return switch (name) {
            case "fan-out", "fan-out-single" ->
                    new FanOutScenario(
                            subscribers, batch, window, name.endsWith("single"), seconds);
            case "publish" -> new PublishScenario(256, false, seconds);
            case "publish-minimal" -> new PublishScenario(256, true, seconds);
            case "ingest" -> new IngestScenario(10_000, seconds);
            case "door" -> new DoorScenario(door, seconds);
            case "latency" ->
                    new OpenLoopScenario(
                            name,
                            1,
                            rate,
                            seconds,
                            List.of(
                                    Goal.atMost("p50, µs", "µs", 150),
                                    Goal.atMost("p99, µs", "µs", 400),
                                    Goal.atMostTimes("p50, µs", 1, Contenders.NCHAN),
                                    Goal.atMostTimes("p99, µs", 1, Contenders.NCHAN)));
            case "paced" ->
                    new OpenLoopScenario(
                            name,
                            subscribers,
                            100,
                            seconds,
                            List.of(
                                    Goal.atMostTimes(DELIVERY_CPU, 0.5, Contenders.NCHAN),
                                    Goal.atMostTimes(DELIVERY_CPU, 1.2, Contenders.FLOOR_C)));
            case "crowd" -> new CrowdScenario(name, crowd, 0, seconds);
            case "crowd-reconnect" -> new CrowdScenario(name, crowd, 0.1, seconds);
            case "subscribers" -> new SweepScenario(batch, window, seconds);
            case "fairness" -> new FairnessScenario(1_000, 9_000, 500, seconds);
            case "history" -> new HistoryScenario(events, seconds, stores(), keep);
            case "start" -> new StartScenario(product(), 1_000_000);
            case "export" -> new ExportScenario(2_000_000);
            case "session-output" -> new SessionOutputScenario(100, 100, seconds);
            case "weft-run" -> new WeftRunScenario(product(), 1_000_000_000);
            case "bridge" -> new BridgeScenario(product(), 500_000);
            case "memory" -> new MemoryScenario();
            case "sessions" -> new SessionsScenario(product(), 10_000, 1_000, seconds);
            case "storm" -> new StormScenario(clients);
            case "stalled" -> new StalledScenario(2 * subscribers);
            case "pressure" -> new PressureScenario(subscribers, seconds);
            case "idle" -> new IdleScenario(subscribers, idleSeconds);
            default -> throw new IllegalArgumentException("no such scenario: " + name);
        };
    }

    private Product product() {
        return new Product(work, List.of(server.split(" ", -1)));
    }

    private void warm(final Map<String, Object> circumstances) throws IOException {
        final long length = Math.min(WARM_LENGTH_MAX, work.toFile().getUsableSpace() / 4);
        final double[] rates = MemoryWarmer.warm(work, length);
        circumstances.put("memoryWarmedGb", length / 1e9);
        circumstances.put("memoryWarmedFirstQuarterGbPerSecond", rates[0]);
        circumstances.put("memoryWarmedLastQuarterGbPerSecond", rates[1]);
        System.out.printf(
                Locale.ROOT,
                "memory warmed: %.1f GB, %.2f then %.2f GB/s%n",
                length / 1e9,
                rates[0],
                rates[1]);
    }

    private List<String> command(final String scenario) {
        final List<String> command =
                new ArrayList<>(
                        List.of(
                                "scripts/bench", scenario,
                                "--against", String.join(",", others()),
                                "--rounds", String.valueOf(rounds),
                                "--seconds", String.valueOf(seconds),
                                "--idle-seconds", String.valueOf(idleSeconds),
                                "--subscribers", String.valueOf(subscribers),
                                "--batch", String.valueOf(batch),
                                "--window", String.valueOf(window),
                                "--rate", String.valueOf(rate),
                                "--events", String.valueOf(events),
                                "--crowd", String.valueOf(crowd),
                                "--clients", String.valueOf(clients)));
        if (keep != null) {
            command.addAll(List.of("--keep", keep.toString()));
        }
        variants.forEach((name, start) -> command.addAll(List.of("--variant", name + "=" + start)));
        return command;
    }
}

package dev.weft.bench.scenario;

import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Product;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.RedisProcess;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast the bridge is, alone in each direction: a stream that is full becomes events, then all
 * events become entries of another stream; once by a bridge in the server, once by a process of its
 * own. Each on a redis-server and a server of its own; the rig's own server stands idle beside it.
 */
public final class BridgeScenario implements Scenario {
    private static final double RATE_MIN = 50_000;
    private static final long TIMEOUT_NS = 120_000_000_000L;
    private static final long LOOK_NS = 5_000_000;
    private static final Pattern HEAD = Pattern.compile("\"head\":(\\d+)");
    private static final String IN = "in";
    private static final String OUT = "out";

    private static final int FILLED_AT_ONCE = 10_000;

    /** Fills a stream inside the server: the time for it is not measured. */
    private static final String FILL =
            "EVAL \"for i = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'data', ARGV[2]) end return 1\" 1 "
                    + IN
                    + " "
                    + FILLED_AT_ONCE
                    + " \"{\\\"text\\\":\\\""
                    + "x".repeat(EventText.LENGTH - "{'text':''}".length())
                    + "\\\"}\"";

    private final Product product;
    private final int entryCount;

    /**
     * @param entryCount in each direction, a multiple of 10,000.
     */
    public BridgeScenario(final Product product, final int entryCount) {
        this.product = product;
        this.entryCount = entryCount;
    }

    @Override
    public Question question() {
        final List<Goal> goals = new ArrayList<>();
        for (final String name : List.of("in the server", "of its own")) {
            goals.add(Goal.atLeast("in, " + name + ", entries/s", "entries", RATE_MIN));
        }
        return new Question(
                "bridge",
                ("%,d entries of a Redis stream, each with data of %d bytes, to events, journaled; then the"
                                + " events to entries of another stream. By a bridge in the server and by `weft bridge"
                                + " valkey` as a process of its own, all on one machine. The redis-server keeps nothing"
                                + " on disk. From the first that has come to the last; and from the start of the"
                                + " process on.")
                        .formatted(entryCount, EventText.LENGTH),
                "",
                goals,
                List.of(Picture.rounds("in, in the server, entries/s")));
    }

    /** Others have no bridge. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.name().equals(Report.PRODUCT);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        product.inFolder(folder -> both(measure, folder));
        return measure.round();
    }

    private void both(final Measure measure, final Path folder) throws IOException {
        try (RedisProcess redis = RedisProcess.start(product.log())) {
            for (int filled = 0; filled < entryCount; filled += FILLED_AT_ONCE) {
                redis.call(FILL);
            }
            embedded(redis, measure, folder);
            redis.call("XGROUP DESTROY " + IN + " weft");
            redis.call("DEL " + OUT);
            apart(redis, measure, folder);
        }
    }

    @SuppressWarnings("try") // the second server only has to be there
    private void embedded(final RedisProcess redis, final Measure measure, final Path folder)
            throws IOException {
        final Path data = folder.resolve("embedded");
        final long startNs = System.nanoTime();
        try (ServerProcess in =
                product.start(data, "--valkey-url", redis.url(), "--valkey-from-streams", IN)) {
            await(measure, "in, in the server", startNs, () -> head(in));
        }
        final long outNs = System.nanoTime();
        try (ServerProcess out =
                product.start(
                        data,
                        "--valkey-url",
                        redis.url(),
                        "--valkey-to-stream",
                        OUT,
                        "--valkey-replay",
                        "all")) {
            await(measure, "out, in the server", outNs, () -> redis.number("XLEN " + OUT));
        }
    }

    private void apart(final RedisProcess redis, final Measure measure, final Path folder)
            throws IOException {
        try (ServerProcess server = product.start(folder.resolve("apart"))) {
            final long startNs = System.nanoTime();
            final Process in = bridge(server, redis, "--from-stream", IN);
            try {
                await(measure, "in, of its own", startNs, () -> head(server));
            } finally {
                in.destroyForcibly();
            }
            final long outNs = System.nanoTime();
            final Process out = bridge(server, redis, "--to-stream", OUT, "--replay", "all");
            try {
                await(measure, "out, of its own", outNs, () -> redis.number("XLEN " + OUT));
            } finally {
                out.destroyForcibly();
            }
        }
    }

    private Process bridge(
            final ServerProcess server, final RedisProcess redis, final String... options)
            throws IOException {
        final List<String> whole =
                product.program("bridge", "valkey", "--url", "http://127.0.0.1:" + server.port());
        whole.addAll(List.of("--valkey", redis.url()));
        whole.addAll(List.of(options));
        return new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(product.log().toFile()))
                .start();
    }

    /** How many have come. */
    @FunctionalInterface
    private interface Count {
        long get() throws IOException;
    }

    /** Waits until all have come: the rate from the first on, and with all that was before it. */
    private void await(
            final Measure measure, final String name, final long startNs, final Count count)
            throws IOException {
        long firstNs = 0;
        long first = 0;
        long come = count.get();
        while (come < entryCount) {
            final long nowNs = System.nanoTime();
            if (first == 0 && come > 0) {
                first = come;
                firstNs = nowNs;
            }
            if (nowNs - startNs > TIMEOUT_NS) {
                throw new IOException("%s: %d of %d in time".formatted(name, come, entryCount));
            }
            LockSupport.parkNanos(LOOK_NS);
            come = count.get();
        }
        final long endNs = System.nanoTime();
        if (come != entryCount || first == 0) {
            measure.violation("%s: %d instead of %d".formatted(name, come, entryCount));
        }
        measure.value(name + ", entries/s", (come - first) * 1e9 / (endNs - firstNs));
        measure.value(name + ", with its start, entries/s", come * 1e9 / (endNs - startNs));
    }

    private static long head(final ServerProcess server) throws IOException {
        final URI health = URI.create("http://127.0.0.1:" + server.port() + "/health");
        try (InputStream in = health.toURL().openStream()) {
            final Matcher head =
                    HEAD.matcher(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            return head.find() ? Long.parseLong(head.group(1)) : 0;
        }
    }
}

package dev.weft.bench.scenario;

import dev.weft.bench.client.Aside;
import dev.weft.bench.client.SimpleLink;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.JvmMemory;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Ten thousand sessions, a thousand of them running with workers from outside that keep their
 * leases and publish for them: what an idle session takes, and how long start, stop and message
 * take.
 */
public final class SessionsScenario implements Scenario {
    private static final int DIGITS = 3;
    private static final int PIPELINED = 50;
    private static final int CALLS_PER_SECOND = 100; // of each kind
    private static final int HEARTBEATS_PER_SECOND = 200; // each lease every 5 s
    private static final int AGUI_PER_SECOND = 200;
    private static final int LIST_LIMIT = 100;

    private final int sessionCount;
    private final int runningCount;
    private final double seconds;

    public SessionsScenario(final int sessionCount, final int runningCount, final double seconds) {
        this.sessionCount = sessionCount;
        this.runningCount = runningCount;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "sessions",
                ("%,d sessions, %,d of them running with workers from outside. Memory: live heap after"
                                + " a full collection, from before they were created until they are all in"
                                + " the table and the index, divided by their number. Then for %.0f s, from"
                                + " four connections and in an open loop (the time counts from the moment"
                                + " a call was due to its answer): %d messages/s to running sessions, %d"
                                + " stops/s and %d starts/s of others, %d pages/s of %d sessions; beside"
                                + " them %d heartbeats/s and %d AG-UI events/s of the workers.")
                        .formatted(
                                sessionCount,
                                runningCount,
                                seconds,
                                CALLS_PER_SECOND,
                                CALLS_PER_SECOND,
                                CALLS_PER_SECOND,
                                CALLS_PER_SECOND / 10,
                                LIST_LIMIT,
                                HEARTBEATS_PER_SECOND,
                                AGUI_PER_SECOND),
                "Due time to answer of start, stop and message",
                List.of(
                        Goal.atMost("live heap per idle session, KB", "KB", 3),
                        Goal.atMost("message p99, ms", "ms", 5),
                        Goal.atMost("start p99, ms", "ms", 5),
                        Goal.atMost("stop p99, ms", "ms", 5)),
                List.of(Picture.percentiles()));
    }

    @Override
    public boolean suits(final Contender contender) {
        return !contender.isPeer() && !contender.isFloor();
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        final JvmMemory memory = new JvmMemory(server.pid());
        final String prefix = "r" + number + '-';
        final Map<String, String> leases;
        try (SimpleLink link = new SimpleLink(server.port())) {
            link.ask("GET", "/sessions?limit=1", "");
            final long liveBefore = memory.liveHeap();
            create(link, prefix);
            final String page = link.ask("GET", "/sessions?limit=1", "").body();
            if (!page.contains("\"id\":\"" + prefix + (sessionCount - 1) + '"')) {
                measure.violation("the newest session is not the one created last: " + page);
            }
            measure.value(
                    "live heap per idle session, KB",
                    (memory.liveHeap() - liveBefore) / 1024.0 / sessionCount);
            leases = claim(link, prefix);
        }
        final AtomicBoolean isOver = new AtomicBoolean();
        final Aside<Long> beats = Aside.begin(() -> keepAlive(server, leases, isOver));
        final Aside<Long> work = Aside.begin(() -> publish(server, leases, isOver));
        calls(server, prefix, leases, measure, 1); // warms up
        measure.start();
        final Map<String, Histogram> times = calls(server, prefix, leases, measure, seconds);
        measure.stop();
        isOver.set(true);
        measure.count("heartbeats", beats.result());
        measure.count("AG-UI events", work.result());
        measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
        times.forEach((kind, histogram) -> values(measure, kind, histogram));
        delete(server, prefix);
        return measure.round();
    }

    private static void values(final Measure measure, final String kind, final Histogram times) {
        for (final double percentile : new double[] {50, 99, 100}) {
            measure.value(
                    String.format(
                            Locale.ROOT,
                            "%s %s, ms",
                            kind,
                            percentile == 100 ? "max" : "p" + (int) percentile),
                    times.getValueAtPercentile(percentile) / 1e6);
        }
        measure.count(kind + " calls", times.getTotalCount());
        if (!kind.equals("list")) {
            measure.times().add(times);
        }
    }

    private void create(final SimpleLink link, final String prefix) throws IOException {
        pipelined(
                link,
                sessionCount,
                201,
                i ->
                        link.send(
                                "POST",
                                "/sessions",
                                "",
                                "{\"task\":\"look into the build that failed\",\"id\":\"%s%d\"}"
                                        .formatted(prefix, i)));
    }

    private Map<String, String> claim(final SimpleLink link, final String prefix)
            throws IOException {
        final Map<String, String> leases = new LinkedHashMap<>();
        for (int i = 0; i < runningCount; i++) {
            final SimpleLink.Answer answer =
                    link.ask(
                            "POST", "/sessions/" + prefix + i + "/claim", "{\"worker\":\"bench\"}");
            leases.put(prefix + i, answer.text("lease_id"));
        }
        return leases;
    }

    private void delete(final ServerProcess server, final String prefix) throws IOException {
        try (SimpleLink link = new SimpleLink(server.port())) {
            pipelined(
                    link,
                    sessionCount,
                    204,
                    i -> link.send("DELETE", "/sessions/" + prefix + i, "", ""));
        }
    }

    /** Sends one of many requests. */
    @FunctionalInterface
    private interface Send {
        void send(int index) throws IOException;
    }

    private static void pipelined(
            final SimpleLink link, final int count, final int status, final Send send)
            throws IOException {
        int answered = 0;
        for (int i = 0; i < count || answered < count; ) {
            if (i < count && i - answered < PIPELINED) {
                send.send(i++);
            } else {
                final SimpleLink.Answer answer = link.answer();
                if (answer.status() != status) {
                    throw new IOException("refused: " + answer);
                }
                answered++;
            }
        }
    }

    /** All kinds of calls for a while, each kind from a connection of its own. */
    private Map<String, Histogram> calls(
            final ServerProcess server,
            final String prefix,
            final Map<String, String> leases,
            final Measure measure,
            final double duration)
            throws IOException {
        final List<String> running = new ArrayList<>(leases.keySet());
        final Map<String, Aside<Histogram>> asides = new LinkedHashMap<>();
        asides.put(
                "message",
                Aside.begin(
                        () ->
                                loop(
                                        server,
                                        duration,
                                        CALLS_PER_SECOND,
                                        measure,
                                        i ->
                                                "/sessions/"
                                                        + running.get(i % running.size())
                                                        + "/message",
                                        "{\"content\":\"and what about the tests?\"}")));
        final int idle = sessionCount - runningCount;
        // Those that are stopped here were started, or created, long ago; the starts follow behind.
        asides.put(
                "stop",
                Aside.begin(
                        () ->
                                loop(
                                        server,
                                        duration,
                                        CALLS_PER_SECOND,
                                        measure,
                                        i ->
                                                "/sessions/"
                                                        + prefix
                                                        + (runningCount + i % idle)
                                                        + "/stop",
                                        "")));
        asides.put(
                "start",
                Aside.begin(
                        () -> {
                            LockSupport.parkNanos(100_000_000);
                            return loop(
                                    server,
                                    duration - 0.2,
                                    CALLS_PER_SECOND,
                                    measure,
                                    i ->
                                            "/sessions/"
                                                    + prefix
                                                    + (runningCount + i % idle)
                                                    + "/start",
                                    "");
                        }));
        asides.put(
                "list",
                Aside.begin(
                        () ->
                                loop(
                                        server,
                                        duration,
                                        CALLS_PER_SECOND / 10,
                                        measure,
                                        i -> "/sessions?limit=" + LIST_LIMIT,
                                        null)));
        final Map<String, Histogram> times = new LinkedHashMap<>();
        for (final Map.Entry<String, Aside<Histogram>> aside : asides.entrySet()) {
            times.put(aside.getKey(), aside.getValue().result());
        }
        return times;
    }

    /** Path of one call. */
    @FunctionalInterface
    private interface Paths {
        String of(int index);
    }

    private static Histogram loop(
            final ServerProcess server,
            final double duration,
            final int perSecond,
            final Measure measure,
            final Paths paths,
            final @Nullable String body)
            throws IOException {
        final Histogram times = new Histogram(DIGITS);
        final int count = (int) (duration * perSecond);
        try (SimpleLink link = new SimpleLink(server.port())) {
            final long startNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                final long dueNs = startNs + i * (1_000_000_000L / perSecond);
                sleepUntil(dueNs);
                final SimpleLink.Answer answer =
                        link.ask(
                                body == null ? "GET" : "POST",
                                paths.of(i),
                                body == null ? "" : body);
                times.recordValue(System.nanoTime() - dueNs);
                if (answer.status() > 202) {
                    synchronized (measure) {
                        measure.violation(paths.of(i) + ": " + answer);
                    }
                }
            }
        }
        return times;
    }

    private static long keepAlive(
            final ServerProcess server,
            final Map<String, String> leases,
            final AtomicBoolean isOver)
            throws IOException {
        return beside(
                server,
                leases,
                isOver,
                HEARTBEATS_PER_SECOND,
                (link, id, lease, i) ->
                        link.send(
                                "POST",
                                "/sessions/" + id + "/lease",
                                "",
                                "{\"lease_id\":\"" + lease + "\"}"));
    }

    private static long publish(
            final ServerProcess server,
            final Map<String, String> leases,
            final AtomicBoolean isOver)
            throws IOException {
        return beside(
                server,
                leases,
                isOver,
                AGUI_PER_SECOND,
                (link, id, lease, i) ->
                        link.send(
                                "POST",
                                "/sessions/" + id + "/agui",
                                "Weft-Lease: " + lease + "\r\n",
                                "{\"type\":\"CUSTOM\",\"name\":\"progress\",\"value\":" + i + '}'));
    }

    /** One call of a worker. */
    @FunctionalInterface
    private interface WorkerCall {
        void send(SimpleLink link, String id, String lease, int index) throws IOException;
    }

    private static long beside(
            final ServerProcess server,
            final Map<String, String> leases,
            final AtomicBoolean isOver,
            final int perSecond,
            final WorkerCall call)
            throws IOException {
        final List<Map.Entry<String, String>> all = new ArrayList<>(leases.entrySet());
        long count = 0;
        try (SimpleLink link = new SimpleLink(server.port())) {
            final long startNs = System.nanoTime();
            for (int i = 0; !isOver.get(); i++) {
                sleepUntil(startNs + i * (1_000_000_000L / perSecond));
                final Map.Entry<String, String> one = all.get(i % all.size());
                call.send(link, one.getKey(), one.getValue(), i);
                final SimpleLink.Answer answer = link.answer();
                if (answer.status() != 200) {
                    throw new IOException("refused: " + answer);
                }
                count++;
            }
        }
        return count;
    }

    private static void sleepUntil(final long dueNs) {
        for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}

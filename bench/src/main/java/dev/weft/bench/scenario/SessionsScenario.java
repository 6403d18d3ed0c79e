package dev.weft.bench.scenario;

import dev.weft.bench.client.Aside;
import dev.weft.bench.client.PacedCalls;
import dev.weft.bench.client.SimpleLink;
import dev.weft.bench.client.SimpleLink.Request;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.JvmMemory;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Product;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * Ten thousand sessions, a thousand of them running with workers from outside that keep their
 * leases and publish for them: what an idle session takes, and how long start, stop and message
 * take.
 */
public final class SessionsScenario implements Scenario {
    private static final int PIPELINED = 50;
    private static final int CALLS_PER_SECOND = 100; // of each kind
    private static final int HEARTBEATS_PER_SECOND = 200; // each lease every 5 s
    private static final int AGUI_PER_SECOND = 200;
    private static final String LIST = "list";
    private static final int LISTS_PER_SECOND = CALLS_PER_SECOND / 10;
    private static final int LIST_LIMIT = 100;
    private static final Request LISTED = new Request("GET", "/sessions?limit=" + LIST_LIMIT, "");
    private static final int WARM_UP_S = 1;

    /** So many of the idle ones are stopped when the first of them is started. */
    private static final int STOPPED_AHEAD = CALLS_PER_SECOND;

    private final Product product;
    private final int sessionCount;
    private final int runningCount;
    private final double seconds;

    /** So many of them. */
    public SessionsScenario(
            final Product product,
            final int sessionCount,
            final int runningCount,
            final double seconds) {
        this.product = product;
        this.sessionCount = sessionCount;
        this.runningCount = runningCount;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "sessions",
                ("%,d sessions, %,d of them running with workers from outside. Memory: live heap after"
                                + " a full collection, on a fresh server, from before they were created"
                                + " until they are all in the table and the index, divided by their number."
                                + " Then, on another, for %.0f s, from"
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
                                LISTS_PER_SECOND,
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
        product.inFolder(folder -> memory(measure, folder));
        final String path = "/sessions/r" + number + '-';
        final List<Lease> leases = new ArrayList<>();
        try (SimpleLink link = new SimpleLink(server.port())) {
            create(link, "r" + number + '-', sessionCount);
            for (int i = 0; i < runningCount; i++) {
                final String session = path + i;
                final SimpleLink.Answer answer =
                        link.ask(post(session + "/claim", "{\"worker\":\"bench\"}"));
                leases.add(new Lease(session, answer.text("lease_id")));
            }
            pipelined(link, STOPPED_AHEAD, 202, i -> post(path + idle(i) + "/stop", ""));
        }
        final AtomicBoolean isOver = new AtomicBoolean();
        final Aside<Histogram> heartbeats =
                beside(
                        server,
                        HEARTBEATS_PER_SECOND,
                        isOver,
                        i -> leases.get(i % runningCount).keep());
        final Aside<Histogram> events =
                beside(
                        server,
                        AGUI_PER_SECOND,
                        isOver,
                        i -> leases.get(i % runningCount).publish(i));
        final Map<String, Histogram> times;
        try {
            calls(server, path, 0, WARM_UP_S);
            measure.start();
            times = calls(server, path, WARM_UP_S * CALLS_PER_SECOND, seconds);
            measure.stop();
        } finally {
            isOver.set(true);
        }
        measure.count("heartbeats", heartbeats.result().getTotalCount());
        measure.count("AG-UI events", events.result().getTotalCount());
        measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
        times.forEach((kind, histogram) -> values(measure, kind, histogram));
        try (SimpleLink link = new SimpleLink(server.port())) {
            pipelined(link, sessionCount, 204, i -> new Request("DELETE", path + i, ""));
        }
        return measure.round();
    }

    /** A worker's hold of a session, and what it does with it. */
    private record Lease(String session, String id) {
        Request keep() {
            return post(session + "/lease", "{\"lease_id\":\"" + id + "\"}");
        }

        Request publish(final int value) {
            return new Request(
                    "POST",
                    session + "/agui",
                    "Weft-Lease: " + id + "\r\n",
                    "{\"type\":\"CUSTOM\",\"name\":\"progress\",\"value\":" + value + '}');
        }
    }

    /** Number of a session that no worker has. */
    private int idle(final int index) {
        return runningCount + index % (sessionCount - runningCount);
    }

    private static void values(final Measure measure, final String kind, final Histogram times) {
        for (final int percentile : new int[] {50, 99, 100}) {
            measure.value(
                    "%s %s, ms".formatted(kind, percentile == 100 ? "max" : "p" + percentile),
                    times.getValueAtPercentile(percentile) / 1e6);
        }
        measure.count(kind + " calls", times.getTotalCount());
        if (!kind.equals(LIST)) {
            measure.times().add(times);
        }
    }

    /** What each adds to the heap of a server that has done little yet. */
    private void memory(final Measure measure, final Path folder) throws IOException {
        try (ServerProcess fresh = product.start(folder);
                SimpleLink link = new SimpleLink(fresh.port())) {
            final JvmMemory memory = new JvmMemory(fresh.pid());
            create(link, "before-", PIPELINED);
            final long before = memory.liveHeap();
            create(link, "", sessionCount);
            measure.value(
                    "live heap per idle session, KB",
                    (memory.liveHeap() - before) / 1024.0 / sessionCount);
        }
    }

    /** Creates so many and waits until they are in the list. */
    private static void create(final SimpleLink link, final String prefix, final int count)
            throws IOException {
        pipelined(
                link,
                count,
                201,
                i ->
                        post(
                                "/sessions",
                                "{\"task\":\"look into the build that failed\",\"id\":\"%s%d\"}"
                                        .formatted(prefix, i)));
        final SimpleLink.Answer newest = link.ask(new Request("GET", "/sessions?limit=1", ""));
        if (!newest.text("id").equals(prefix + (count - 1))) {
            throw new IOException("not the session that was created last: " + newest);
        }
    }

    private static void pipelined(
            final SimpleLink link,
            final int count,
            final int status,
            final IntFunction<Request> requests)
            throws IOException {
        int answered = 0;
        for (int i = 0; i < count || answered < count; ) {
            if (i < count && i - answered < PIPELINED) {
                link.send(requests.apply(i++));
            } else {
                final SimpleLink.Answer answer = link.answer();
                if (answer.status() != status) {
                    throw new IOException("refused: " + answer);
                }
                answered++;
            }
        }
    }

    /**
     * All kinds of calls for a while, each kind over a connection of its own. Of those that no
     * worker has, each is stopped a while before it is started.
     *
     * @param first number of the first message, stop and start.
     */
    private Map<String, Histogram> calls(
            final ServerProcess server, final String path, final int first, final double duration)
            throws IOException {
        final int count = (int) (duration * CALLS_PER_SECOND);
        final Map<String, Aside<Histogram>> asides = new LinkedHashMap<>();
        final String message = "{\"content\":\"and what about the tests?\"}";
        asides.put(
                "message",
                paced(
                        server,
                        count,
                        i -> post(path + (first + i) % runningCount + "/message", message)));
        asides.put(
                "stop",
                paced(
                        server,
                        count,
                        i -> post(path + idle(first + i + STOPPED_AHEAD) + "/stop", "")));
        asides.put("start", paced(server, count, i -> post(path + idle(first + i) + "/start", "")));
        final int lists = (int) (duration * LISTS_PER_SECOND);
        asides.put(
                LIST,
                Aside.begin(
                        () ->
                                PacedCalls.run(
                                        server.port(),
                                        LISTS_PER_SECOND,
                                        i -> i < lists,
                                        i -> LISTED)));
        final Map<String, Histogram> times = new LinkedHashMap<>();
        for (final Map.Entry<String, Aside<Histogram>> aside : asides.entrySet()) {
            times.put(aside.getKey(), aside.getValue().result());
        }
        return times;
    }

    private static Request post(final String path, final String body) {
        return new Request("POST", path, body);
    }

    private static Aside<Histogram> paced(
            final ServerProcess server, final int count, final IntFunction<Request> requests) {
        return Aside.begin(
                () -> PacedCalls.run(server.port(), CALLS_PER_SECOND, i -> i < count, requests));
    }

    private static Aside<Histogram> beside(
            final ServerProcess server,
            final int perSecond,
            final AtomicBoolean isOver,
            final IntFunction<Request> requests) {
        return Aside.begin(
                () -> PacedCalls.run(server.port(), perSecond, i -> !isOver.get(), requests));
    }
}

package dev.weft.bench.history;

import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Pages, totals, exports and pollers over a history of many events, while nothing else happens and
 * while more events arrive; then the same events and pages in other stores.
 */
public final class HistoryScenario implements Scenario {
    static final String EXPORT = "export, MB/s";
    static final String PAGE = "page, one after the other: ";
    static final String DEEP = "page in the middle, one after the other: ";

    private static final int QUERIES_PER_SECOND = 1_000;
    private static final int ARRIVALS_PER_SECOND = 50_000;
    private static final double POLL_SECONDS = 10; // 500 polls
    private static final int CONNECTIONS = 16;
    private static final int DEEP_PAGES = 50;
    private static final int POLLERS = 100;
    private static final double POLLS_PER_SECOND = POLLERS / 2.0;
    private static final long EXPORTED_MAX = 10_000_000; // events
    private static final long LARGE = 10_000_000; // events; of more it may take 3 times as long

    private final long eventCount;
    private final double seconds;
    private final HistoryStores stores;
    private final @Nullable Path kept;
    private final Map<String, Map<String, Double>> loaded = new HashMap<>(); // by server
    private final Map<String, List<String>> mistakes = new HashMap<>(); // by server

    /**
     * @param eventCount of the history, a multiple of 10,000.
     * @param stores to be put beside it.
     * @param kept where the journal stays for another run; null for a new one each time.
     */
    public HistoryScenario(
            final long eventCount,
            final double seconds,
            final List<String> stores,
            final @Nullable Path kept) {
        this.eventCount = eventCount;
        this.seconds = seconds;
        this.kept = kept;
        this.stores = new HistoryStores(eventCount, seconds, stores);
    }

    @Override
    public Question question() {
        final int times = eventCount > LARGE ? 3 : 1;
        return new Question(
                "history",
                ("%,d events of a mix (60 %% telemetry of %d hosts, 26 %% steps of %,d jobs, 13 %%"
                                + " of %d agents, 1 %% of %d sessions), then pages of %d, newest first, with"
                                + " one or two filters and their exact total: one after the other while"
                                + " nothing else happens; and %,d a second over %d connections, each from the"
                                + " moment it was due to its last byte, while %,d events arrive a second, for"
                                + " %.0f s. A page in the middle: offset %,d without a filter. Export: all of"
                                + " it, or the first %,d, as NDJSON on one connection, and beside it a bare"
                                + " loop that writes as much to the same client. Starts: from the command to"
                                + " the answer of a page with two filters. Pollers: %d, each every 2 s at the"
                                + " first page of a session, while the same arrives. SQLite is in the rig's process"
                                + " (WAL, 512 MB of cache), PostgreSQL is filled by COPY (1 GB of buffers,"
                                + " commits that do not wait for the disk); both have an index for each"
                                + " question, count and read a page in two statements, and nothing else"
                                + " happens meanwhile. Bytes on disk: of Weft all files, its preallocated"
                                + " space included.")
                        .formatted(
                                eventCount,
                                EventMix.HOSTS,
                                EventMix.JOBS,
                                EventMix.AGENTS,
                                EventMix.SESSIONS,
                                PageQuery.LIMIT,
                                QUERIES_PER_SECOND,
                                CONNECTIONS,
                                ARRIVALS_PER_SECOND,
                                seconds,
                                eventCount / 2,
                                EXPORTED_MAX,
                                POLLERS),
                "A page at %,d queries/s while %,d events/s arrive, from due time"
                        .formatted(QUERIES_PER_SECOND, ARRIVALS_PER_SECOND),
                List.of(
                        Goal.atMost("page under load p50, µs", "µs", 300 * times),
                        Goal.atMost("page under load p99, µs", "µs", 2_000 * times),
                        Goal.atMost(DEEP + "p99, µs", "µs", 5_000),
                        Goal.atLeast(EXPORT, "MB", 500),
                        Goal.atMost(Filling.INDEX_TERM, "bytes", 6),
                        Goal.atMost("pollers p95, µs", "µs", 5_000),
                        Goal.atMost(Restarts.AFTER_STOP + Restarts.READY, "s", 1),
                        Goal.atMost(Restarts.AFTER_STOP + Restarts.ANSWERED, "s", 1),
                        Goal.atMost(Restarts.AFTER_KILL + Restarts.READY, "s", 3),
                        Goal.atMost(Restarts.AFTER_KILL + Restarts.ANSWERED, "s", 3)),
                List.of(
                        Picture.percentiles(),
                        Picture.bars(PAGE + "p99, µs"),
                        Picture.bars(Filling.SIZE)));
    }

    /** Others have no history. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.remembers();
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        if (!loaded.containsKey(server.name())) {
            loaded.put(server.name(), load(server));
        }
        loaded.get(server.name()).forEach(measure::value);
        mistakes.getOrDefault(server.name(), List.of()).forEach(measure::violation);
        quietly(server, measure);
        underLoad(server, measure);
        export(server, measure);
        poll(server, measure);
        return measure.round();
    }

    private Map<String, Double> load(final ServerProcess server) throws IOException {
        final Filling filling = new Filling(server, eventCount);
        final Map<String, Double> values = new LinkedHashMap<>(filling.fill());
        mistakes.put(server.name(), filling.check());
        values.putAll(filling.indexSize());
        values.putAll(new Restarts(server).measure());
        return values;
    }

    @Override
    public @Nullable Path directory() {
        return kept;
    }

    @Override
    public List<Round> besides(final int rounds) throws IOException {
        return stores.rounds(rounds);
    }

    // ---- asking ----

    private void quietly(final ServerProcess server, final Measure measure) throws IOException {
        try (PageLink link = new PageLink(server.port())) {
            final Histogram pages = new Histogram(3);
            final List<byte[]> requests = requests();
            final long endNs = System.nanoTime() + (long) (seconds * 1e9 / 2);
            for (int i = 0; System.nanoTime() - endNs < 0; i++) {
                pages.recordValue(link.ask(requests.get(i % requests.size())));
            }
            percentiles(PAGE, pages, measure);
            final Histogram deep = new Histogram(3);
            for (int i = 0; i < DEEP_PAGES; i++) {
                final String path = PageQuery.ALL.path(eventCount / 2 + 17L * i);
                deep.recordValue(link.ask(PageLink.request(path, "")));
            }
            percentiles(DEEP, deep, measure);
        }
    }

    private void underLoad(final ServerProcess server, final Measure measure) throws IOException {
        try (Arrivals arrivals =
                        new Arrivals(
                                server.port(), ARRIVALS_PER_SECOND, server.publishedCount() + 1);
                OpenLoop loop = new OpenLoop(server.port(), CONNECTIONS)) {
            final List<byte[]> requests = requests();
            loop.run(requests, QUERIES_PER_SECOND, QUERIES_PER_SECOND / 2, new Histogram(3));
            measure.start();
            final long count = (long) (QUERIES_PER_SECOND * seconds);
            loop.run(requests, QUERIES_PER_SECOND, count, measure.times());
            measure.stop();
            final double arrived = arrivals.stop();
            server.published(arrivals.count());
            percentiles("page under load ", measure.times(), measure);
            measure.value("arrived meanwhile, events/s", arrived);
            measure.value(
                    "server CPU, cores, under load", measure.cpuSeconds() / measure.seconds());
            if (arrived < 0.95 * ARRIVALS_PER_SECOND) {
                measure.violation("only %.0f events/s arrived".formatted(arrived));
            }
            violation(loop, measure);
        }
    }

    private static void export(final ServerProcess server, final Measure measure)
            throws IOException {
        final long exported = Math.min(EXPORTED_MAX, server.publishedCount());
        final long bytes;
        try (PageLink link = new PageLink(server.port())) {
            final double cpuBefore = server.cpuSeconds();
            final long startNs = System.nanoTime();
            bytes =
                    link.drain(
                            "/events?order=asc&limit=" + exported,
                            "Accept: application/x-ndjson\r\n");
            final double took = (System.nanoTime() - startNs) / 1e9;
            measure.value(EXPORT, bytes / took / 1e6);
            measure.value(
                    "export: server CPU per event, ns",
                    (server.cpuSeconds() - cpuBefore) * 1e9 / exported);
        }
        final double limit = LoopbackLimit.measure(bytes) / 1e6;
        measure.value("loopback limit of the same client, MB/s", limit);
        measure.value("export by the loopback limit", measure.value(EXPORT) / limit);
    }

    private void poll(final ServerProcess server, final Measure measure) throws IOException {
        final List<byte[]> requests = new ArrayList<>();
        for (int i = 0; i < POLLERS; i++) {
            requests.add(
                    PageLink.request(
                            "/api/v2/sessions/%s/events?page=1&per_page=20"
                                    .formatted(EventMix.session(i % EventMix.SESSIONS)),
                            ""));
        }
        try (Arrivals arrivals =
                        new Arrivals(
                                server.port(), ARRIVALS_PER_SECOND, server.publishedCount() + 1);
                OpenLoop loop = new OpenLoop(server.port(), POLLERS)) {
            final Histogram times = new Histogram(3);
            final long count = (long) (POLLS_PER_SECOND * POLL_SECONDS);
            loop.run(requests, POLLS_PER_SECOND, count, times);
            arrivals.stop();
            server.published(arrivals.count());
            measure.value("pollers p50, µs", times.getValueAtPercentile(50) / 1e3);
            measure.value("pollers p95, µs", times.getValueAtPercentile(95) / 1e3);
            violation(loop, measure);
        }
    }

    private static List<byte[]> requests() {
        return PageQuery.mix().stream().map(query -> PageLink.request(query.path(0), "")).toList();
    }

    private static void violation(final OpenLoop loop, final Measure measure) {
        if (!loop.refusals().isEmpty()) {
            measure.violation(loop.refusals());
        }
    }

    private static void percentiles(
            final String what, final Histogram times, final Measure measure) {
        percentiles(what, times).forEach(measure::value);
    }

    static Map<String, Double> percentiles(final String what, final Histogram times) {
        final Map<String, Double> values = new LinkedHashMap<>();
        values.put(what + "p50, µs", times.getValueAtPercentile(50) / 1e3);
        values.put(what + "p99, µs", times.getValueAtPercentile(99) / 1e3);
        return values;
    }

    /** All that can be put beside it. */
    public static List<String> stores() {
        return List.of(SqliteStore.NAME, PostgresStore.NAME);
    }
}

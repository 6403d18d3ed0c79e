package dev.weft.bench.history;

import dev.weft.bench.client.PlainLink;
import dev.weft.bench.client.StalledException;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Pages, totals, exports and pollers over a history of many events, while nothing else happens and
 * while more events arrive; then the same events and pages in other stores.
 */
public final class HistoryScenario implements Scenario {
    static final String INSERTED = "inserted events/s";
    static final String PAGE = "page, one after the other: ";
    static final String DEEP = "page in the middle, one after the other: ";
    static final String SIZE = "bytes on disk per event";

    private static final int LINES = 10_000;
    private static final int QUERIES_PER_SECOND = 1_000;
    private static final int ARRIVALS_PER_SECOND = 50_000;
    private static final int CONNECTIONS = 16;
    private static final int DEEP_PAGES = 50;
    private static final int POLLERS = 100;
    private static final double POLLS_PER_SECOND = POLLERS / 2.0;
    private static final int CHECKED = 16; // queries whose totals are counted here, too
    private static final int INDEX_WAIT_MAX = 120;

    private final long eventCount;
    private final double seconds;
    private final HistoryStores stores;
    private final Map<String, Map<String, Double>> loaded = new HashMap<>(); // by server
    private final Map<String, List<String>> mistakes = new HashMap<>(); // by server

    /**
     * @param eventCount of the history, a multiple of 10,000.
     * @param stores to be put beside it.
     */
    public HistoryScenario(final long eventCount, final double seconds, final List<String> stores) {
        this.eventCount = eventCount;
        this.seconds = seconds;
        this.stores = new HistoryStores(eventCount, seconds, stores);
    }

    @Override
    public Question question() {
        return new Question(
                "history",
                ("%,d events of a mix (60 %% telemetry of %d hosts, 26 %% steps of %,d jobs, 13 %%"
                                + " of %d agents, 1 %% of %d sessions), then pages of %d, newest first, with"
                                + " one or two filters and their exact total: one after the other while"
                                + " nothing else happens; and %,d a second over %d connections, each from the"
                                + " moment it was due to its last byte, while %,d events arrive a second, for"
                                + " %.0f s. A page in the middle: offset %,d without a filter. Export: all of"
                                + " it as NDJSON on one connection. Pollers: %d, each every 2 s at the first"
                                + " page of a session, while the same arrives. SQLite is in the rig's process"
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
                                POLLERS),
                "A page at %,d queries/s while %,d events/s arrive, from due time"
                        .formatted(QUERIES_PER_SECOND, ARRIVALS_PER_SECOND),
                List.of(
                        Goal.atMost("page under load p50, µs", "µs", 300),
                        Goal.atMost("page under load p99, µs", "µs", 2_000),
                        Goal.atMost(DEEP + "p99, µs", "µs", 5_000),
                        Goal.atLeast("export, MB/s", "MB", 500),
                        Goal.atMost("pollers p95, µs", "µs", 5_000),
                        Goal.atMost("index bytes per event and term", "bytes", 6)),
                List.of(Picture.percentiles(), Picture.bars(PAGE + "p99, µs"), Picture.bars(SIZE)));
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
            mistakes.put(server.name(), check(server));
        }
        loaded.get(server.name()).forEach(measure::value);
        mistakes.getOrDefault(server.name(), List.of()).forEach(measure::violation);
        quietly(server, measure);
        underLoad(server, measure);
        export(server, measure);
        poll(server, measure);
        return measure.round();
    }

    @Override
    public List<Round> besides(final int rounds) throws IOException {
        return stores.rounds(rounds);
    }

    // ---- filling ----

    private Map<String, Double> load(final ServerProcess server) throws IOException {
        final long startNs = System.nanoTime();
        double makingNs = 0;
        for (long first = 1; first <= eventCount; first += LINES) {
            final long beforeNs = System.nanoTime();
            final byte[] request = Arrivals.request(server.port(), first, LINES);
            makingNs += System.nanoTime() - beforeNs;
            try (PlainLink link =
                    new PlainLink(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                            request)) {
                link.send();
                link.await(0);
                if (link.answers().acceptedCount() != LINES) {
                    throw new IOException("not taken: " + link.answers().trouble());
                }
            }
        }
        final double insertedNs = System.nanoTime() - startNs - makingNs;
        server.published(eventCount);
        final Map<String, Double> values = new LinkedHashMap<>();
        values.put(INSERTED, eventCount * 1e9 / insertedNs);
        final long beforeNs = System.nanoTime();
        awaitIndex(server);
        values.put("index complete after the last insert, s", (System.nanoTime() - beforeNs) / 1e9);
        values.put(SIZE, size(server.dataDirectory()) / (double) eventCount);
        indexSize(server, values);
        return values;
    }

    /** A page that counts all of it comes when all is indexed, or is refused until then. */
    private void awaitIndex(final ServerProcess server) throws IOException {
        final long endNs = System.nanoTime() + INDEX_WAIT_MAX * 1_000_000_000L;
        while (true) {
            try (PageLink link = new PageLink(server.port())) {
                link.ask(PageLink.request(PageQuery.ALL.path(0), ""));
                if (link.total() >= eventCount) {
                    return;
                }
                throw new StalledException(
                        "%d events of %d are found".formatted(link.total(), eventCount));
            } catch (final IOException ex) {
                if (System.nanoTime() - endNs > 0) {
                    throw ex;
                }
            }
        }
    }

    /** Index files hold whole segments; the terms of the events in them are counted here. */
    private static void indexSize(final ServerProcess server, final Map<String, Double> values)
            throws IOException {
        final Path index = server.dataDirectory().resolve("index");
        if (!Files.isDirectory(index)) {
            return;
        }
        long bytes = 0;
        long files = 0;
        try (Stream<Path> all = Files.list(index)) {
            for (final Path file :
                    all.filter(path -> path.toString().endsWith(".segment")).toList()) {
                bytes += Files.size(file);
                files++;
            }
        }
        if (files == 0) {
            return; // nothing but the growing segment, which lies in memory
        }
        final long events = files << 20;
        long terms = 0;
        for (long number = 1; number <= LINES; number++) {
            terms += EventMix.at(number).termCount();
        }
        values.put("index bytes per event", bytes / (double) events);
        values.put("index bytes per event and term", bytes * (double) LINES / events / terms);
    }

    private static long size(final Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    /** Some totals against a count of the mix itself. */
    private List<String> check(final ServerProcess server) throws IOException {
        final List<String> found = new ArrayList<>();
        final List<PageQuery> queries = PageQuery.mix().subList(0, CHECKED);
        final long[] totals = new long[CHECKED];
        for (long number = 1; number <= eventCount; number++) {
            final MixEvent event = EventMix.at(number);
            for (int i = 0; i < CHECKED; i++) {
                totals[i] += queries.get(i).matches(event) ? 1 : 0;
            }
        }
        try (PageLink link = new PageLink(server.port())) {
            for (int i = 0; i < CHECKED; i++) {
                link.ask(PageLink.request(queries.get(i).path(0), ""));
                if (link.total() != totals[i]) {
                    found.add(
                            "%s: total %d instead of %d"
                                    .formatted(queries.get(i), link.total(), totals[i]));
                }
            }
        }
        return found;
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
        try (PageLink link = new PageLink(server.port())) {
            final double cpuBefore = server.cpuSeconds();
            final long startNs = System.nanoTime();
            final long bytes = link.drain("/events?order=asc", "Accept: application/x-ndjson\r\n");
            final double took = (System.nanoTime() - startNs) / 1e9;
            measure.value("export, MB/s", bytes / took / 1e6);
            measure.value(
                    "export: server CPU per event, ns",
                    (server.cpuSeconds() - cpuBefore) * 1e9 / server.publishedCount());
        }
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
            loop.run(requests, POLLS_PER_SECOND, (long) (POLLS_PER_SECOND * seconds), times);
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

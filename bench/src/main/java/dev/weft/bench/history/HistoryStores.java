package dev.weft.bench.history;

import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The other stores' rounds: filled once, then asked one thing after the other. One thread. */
final class HistoryStores {
    private static final int PAGES_MIN = 40;
    private static final int DEEP_PAGES = 5;

    private final long eventCount;
    private final double seconds;
    private final List<String> names;

    HistoryStores(final long eventCount, final double seconds, final List<String> names) {
        this.eventCount = eventCount;
        this.seconds = seconds;
        this.names = names;
    }

    List<Round> rounds(final int count) throws IOException {
        final List<Round> rounds = new ArrayList<>();
        for (final String name : names) {
            final Path folder = Files.createTempDirectory("weft-bench-" + name);
            try (SqlStore store = open(name, folder)) {
                rounds.addAll(rounds(store, count));
            } catch (final SQLException ex) {
                throw new IOException(name + ": " + ex.getMessage(), ex);
            } finally {
                Rig.delete(folder);
            }
        }
        return rounds;
    }

    private static SqlStore open(final String name, final Path folder)
            throws IOException, SQLException {
        if (name.equals(SqliteStore.NAME)) {
            return new SqliteStore(folder);
        }
        final Path programs =
                PostgresServer.programs()
                        .orElseThrow(() -> new IOException("no PostgreSQL is installed here"));
        final PostgresServer server = PostgresServer.start(programs);
        try {
            return new PostgresStore(server);
        } catch (final SQLException ex) {
            server.close();
            throw ex;
        }
    }

    private List<Round> rounds(final SqlStore store, final int count) throws SQLException {
        long insertNs = 0;
        for (long first = 1; first <= eventCount; first += SqlStore.ROWS_PER_COMMIT) {
            final SqlStore.Rows made = store.rows(first, SqlStore.ROWS_PER_COMMIT);
            final long startNs = System.nanoTime();
            made.insert();
            insertNs += System.nanoTime() - startNs;
        }
        final Map<String, Double> filled = new LinkedHashMap<>();
        filled.put(Filling.INSERTED, eventCount * 1e9 / insertNs);
        store.settle();
        filled.put(Filling.SIZE, store.size() / (double) eventCount);
        final List<Round> rounds = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            final Map<String, Double> values = new LinkedHashMap<>(filled);
            values.putAll(HistoryScenario.percentiles(HistoryScenario.PAGE, pages(store)));
            values.putAll(HistoryScenario.percentiles(HistoryScenario.DEEP, deep(store)));
            rounds.add(new Round(store.name(), number, values, new Histogram(3), List.of()));
        }
        return rounds;
    }

    private Histogram pages(final SqlStore store) throws SQLException {
        final Histogram times = new Histogram(3);
        final List<PageQuery> queries = PageQuery.mix();
        final long endNs = System.nanoTime() + (long) (seconds * 1e9 / 2);
        for (int i = 0; i < PAGES_MIN || System.nanoTime() - endNs < 0; i++) {
            final long startNs = System.nanoTime();
            store.page(queries.get(i % queries.size()), 0);
            times.recordValue(System.nanoTime() - startNs);
        }
        return times;
    }

    private Histogram deep(final SqlStore store) throws SQLException {
        final Histogram times = new Histogram(3);
        for (int i = 0; i < DEEP_PAGES; i++) {
            final long startNs = System.nanoTime();
            store.page(PageQuery.ALL, eventCount / 2 + 17L * i);
            times.recordValue(System.nanoTime() - startNs);
        }
        return times;
    }
}

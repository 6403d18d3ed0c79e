package dev.weft.bench.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mix is what it says, and a store that holds it counts what it counts. */
class HistoryStoresTest {
    private static final int EVENTS = 20_000;

    @TempDir private Path folder;

    @Test
    void shouldMakeTheSameMixEachTimeInItsShares() {
        final Map<String, Long> shares =
                LongStream.rangeClosed(1, EVENTS)
                        .mapToObj(EventMix::at)
                        .collect(Collectors.groupingBy(MixEvent::category, Collectors.counting()));

        assertThat(shares.get("telemetry")).isBetween(EVENTS * 58L / 100, EVENTS * 62L / 100);
        assertThat(shares.get("job")).isBetween(EVENTS * 24L / 100, EVENTS * 28L / 100);
        assertThat(shares.get("agent")).isBetween(EVENTS * 11L / 100, EVENTS * 15L / 100);
        assertThat(shares.get("session")).isPositive();
        assertThat(EventMix.at(4_711)).isEqualTo(EventMix.at(4_711));
        final long subjects =
                LongStream.rangeClosed(1, EVENTS)
                        .mapToObj(number -> EventMix.at(number).subject())
                        .distinct()
                        .count();
        assertThat(subjects).isGreaterThan(3_000);
    }

    @Test
    void shouldCountInSqliteWhatTheMixHolds() throws Exception {
        try (SqlStore store = new SqliteStore(folder)) {
            store.rows(1, EVENTS / 2).insert();
            store.rows(EVENTS / 2 + 1, EVENTS / 2).insert();
            store.settle();
            final Map<PageQuery, Long> counts =
                    PageQuery.mix().stream()
                            .distinct()
                            .limit(12)
                            .collect(Collectors.toMap(Function.identity(), this::count));
            for (final Map.Entry<PageQuery, Long> entry : counts.entrySet()) {
                assertThat(store.page(entry.getKey(), 0))
                        .as(entry.getKey().toString())
                        .isEqualTo(entry.getValue());
            }
            // Of so few events a rare pair of filters may have none.
            assertThat(counts.values()).filteredOn(count -> count > 0).hasSizeGreaterThan(8);
            assertThat(store.page(PageQuery.ALL, EVENTS / 2)).isEqualTo(EVENTS);
            assertThat(store.size()).isGreaterThan(EVENTS * 200L);
        }
    }

    @Test
    void shouldAskTheSameQuestionInBothLanguages() {
        final PageQuery query = new PageQuery("step.done", "job", null);

        assertThat(query.path(500))
                .isEqualTo("/events?limit=100&offset=500&type=step.done&category=job");
        assertThat(query.condition()).isEqualTo(" WHERE type = ? AND category = ?");
        assertThat(query.values()).containsExactly("step.done", "job");
    }

    private long count(final PageQuery query) {
        return LongStream.rangeClosed(1, EVENTS)
                .filter(number -> query.matches(EventMix.at(number)))
                .count();
    }
}

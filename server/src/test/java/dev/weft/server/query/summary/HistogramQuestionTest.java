package dev.weft.server.query.summary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.engine.EventBlocks;
import dev.weft.server.index.engine.IndexHarness;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A histogram of journals that a server over HTTP has not got within a test. */
class HistogramQuestionTest {
    private static final long NOW_US = EventBlocks.START_US + TimeUnit.HOURS.toMicros(1);
    private static final String EVENT = "{\"type\":\"a\"}";

    @TempDir private Path directory;
    private MemoryJournal journal = new MemoryJournal();

    private static JsonNode answer(
            final IndexHarness harness, final long head, final long nowUs, final String... query)
            throws Exception {
        final Scope.Parser scopes =
                new Scope.Parser(new FilterParser(Set.of("system")), () -> nowUs);
        final HistogramQuestion question =
                new HistogramQuestion(
                        HistogramWish.parse(QueryParameters.of(List.of(query)), scopes));
        @Nullable ByteBuf body = null;
        while (body == null) {
            body = question.answer(harness.index(), head, UnpooledByteBufAllocator.DEFAULT);
        }
        try {
            return JsonMapper.shared().readTree(body.toString(UTF_8));
        } finally {
            body.release();
        }
    }

    /** Sequences were lost there in a power cut: they have no time to begin with. */
    @Test
    void shouldCountWhatFollowsAGap() throws Exception {
        new EventBlocks(journal).append(Collections.nCopies(10, EVENT));
        journal.force();
        journal = journal.restartedWithoutPower(21);
        new EventBlocks(journal).append(Collections.nCopies(10, EVENT));
        try (IndexHarness harness = new IndexHarness(journal, directory, 64)) {
            harness.settle();
            final long head = journal.appendedSequence();
            assertThat(answer(harness, head, NOW_US, "after", "15").path("total").asInt())
                    .isEqualTo(10);
            assertThat(answer(harness, head, NOW_US, "after", "9").path("total").asInt())
                    .isEqualTo(11);
            assertThat(
                            answer(harness, head, NOW_US, "after", "12", "before", "20")
                                    .path("total")
                                    .asInt())
                    .isZero();
        }
    }

    /** The clock was set back by hours: the newest events are from the future. */
    @Test
    void shouldCountWhatIsNewerThanTheClock() throws Exception {
        new EventBlocks(journal).append(Collections.nCopies(10, EVENT));
        try (IndexHarness harness = new IndexHarness(journal, directory, 64)) {
            harness.settle();
            final long early = EventBlocks.START_US - TimeUnit.HOURS.toMicros(5);
            assertThat(answer(harness, 10, early).path("total").asInt()).isEqualTo(10);
        }
    }

    /** The first events came before the clock was set, so it begins long ago. */
    @Test
    void shouldTakeBucketsOfDaysForYears() throws Exception {
        final EventBlocks blocks = new EventBlocks(journal);
        blocks.timeUs = 1_000_000_000_000_000L; // no event is older
        blocks.append(List.of(EVENT));
        blocks.timeUs = EventBlocks.START_US;
        blocks.append(List.of(EVENT));
        try (IndexHarness harness = new IndexHarness(journal, directory, 64)) {
            harness.settle();
            for (final String since :
                    new String[] {"1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}) {
                final JsonNode answer = answer(harness, 2, NOW_US, "since", since);
                assertThat(answer.path("total").asInt()).isEqualTo(2);
                assertThat(answer.path("buckets").asInt()).isBetween(60, 120);
                assertThat(answer.path("bucket_us").asLong() % TimeUnit.DAYS.toMicros(1)).isZero();
            }
            assertThat(answer(harness, 2, NOW_US).path("total").asInt()).isEqualTo(2);
            assertThat(answer(harness, 2, NOW_US, "by", "type", "top", "50").path("total").asInt())
                    .isEqualTo(2);
        }
    }
}

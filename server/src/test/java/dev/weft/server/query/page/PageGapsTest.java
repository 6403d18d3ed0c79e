package dev.weft.server.query.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.engine.EventBlocks;
import dev.weft.server.index.engine.IndexHarness;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.query.QueryFixture;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sequences that power cuts took are named by the page that they would stand on, and once. */
class PageGapsTest {
    private static final Scope.Parser SCOPES =
            new Scope.Parser(new FilterParser(Set.of("system")), () -> EventBlocks.START_US);

    @TempDir private Path directory;
    private MemoryJournal journal = new MemoryJournal();
    private final Set<Long> there = new TreeSet<>();

    private void append(final int count) {
        final EventBlocks blocks = new EventBlocks(journal);
        for (int i = 0; i < count; i++) {
            final long sequence = journal.nextSequence();
            there.add(sequence);
            blocks.append(List.of("{\"type\":\"" + (sequence % 3 == 0 ? "a" : "b") + "\"}"));
        }
    }

    /** Nothing of these is there after the restart, and some more numbers are never given out. */
    private void lose(final int count, final int reserved) {
        journal.force();
        final long last = journal.appendedSequence();
        append(count);
        there.removeIf(sequence -> sequence > last);
        journal = journal.restartedWithoutPower(reserved);
    }

    private static JsonNode page(final IndexHarness harness, final long head, final String... query)
            throws Exception {
        final PageWish wish = PageWish.parse(QueryParameters.of(List.of(query)), SCOPES);
        final ByteBuf body =
                new PageQuestion(wish)
                        .answer(harness.index(), head, UnpooledByteBufAllocator.DEFAULT);
        try {
            return JsonMapper.shared().readTree(body.toString(StandardCharsets.UTF_8));
        } finally {
            body.release();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "never"})
    void shouldNameAGapWhateverTheFilter(final String type) throws Exception {
        append(30);
        lose(10, 11); // 31 to 50
        append(20);
        try (IndexHarness harness = new IndexHarness(journal, directory, 16)) {
            harness.settle();
            assertThat(page(harness, 70, "type", type).path("gaps").toString())
                    .isEqualTo("[{\"from\":31,\"to\":50}]");
            assertThat(page(harness, 70, "type", type, "after", "40").path("gaps").toString())
                    .isEqualTo("[{\"from\":41,\"to\":50}]");
            assertThat(page(harness, 70, "type", type, "after", "50").has("gaps")).isFalse();
            assertThat(page(harness, 70, "type", type, "before", "31").has("gaps")).isFalse();
            final JsonNode within = page(harness, 70, "after", "32", "before", "40");
            assertThat(within.path("total").asLong()).isZero();
            assertThat(within.path("gaps").toString()).isEqualTo("[{\"from\":33,\"to\":39}]");
        }
    }

    @Test
    void shouldNotNameWhatAnOffsetPassedOver() throws Exception {
        append(30);
        lose(10, 11);
        append(20);
        try (IndexHarness harness = new IndexHarness(journal, directory, 16)) {
            harness.settle();
            final JsonNode page = page(harness, 70, "offset", "25", "limit", "5");
            assertThat(QueryFixture.sequences(page)).containsExactly(25L, 24L, 23L, 22L, 21L);
            assertThat(page.has("gaps")).isFalse();
            final JsonNode before = page(harness, 70, "offset", "18", "limit", "4");
            assertThat(QueryFixture.sequences(before)).containsExactly(52L, 51L, 30L, 29L);
            assertThat(before.path("gaps").toString()).isEqualTo("[{\"from\":31,\"to\":50}]");
        }
    }

    /** Blocks that were there when they were indexed, and then no more. */
    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void shouldNameWhatWasDamagedLater(final String order) throws Exception {
        append(30);
        lose(10, 11); // 31 to 50
        append(20);
        try (IndexHarness harness = new IndexHarness(journal, directory, 16)) {
            harness.settle();
            for (final long sequence : new long[] {12, 13, 14, 17, 60}) {
                journal.damage(sequence);
            }
            final JsonNode page = page(harness, 70, "order", order, "limit", "1000");
            assertThat(QueryFixture.sequences(page)).hasSize(45).doesNotContain(12L, 17L, 60L);
            assertThat(page.path("gaps").toString())
                    .isEqualTo(
                            "[{\"from\":12,\"to\":14},{\"from\":17,\"to\":17},{\"from\":31,\"to\":50},"
                                    + "{\"from\":60,\"to\":60}]");
        }
    }

    @Test
    void shouldEndAPageThatFindsTooMuchDamage() throws Exception {
        append(1_300);
        try (IndexHarness harness = new IndexHarness(journal, directory, 4_096)) {
            harness.settle();
            for (long sequence = 1; sequence <= 1_100; sequence++) {
                journal.damage(sequence);
            }
            final JsonNode first = page(harness, 1_300, "order", "asc", "limit", "10");
            assertThat(QueryFixture.sequences(first)).isEmpty();
            assertThat(first.path("gaps").toString()).isEqualTo("[{\"from\":1,\"to\":1000}]");
            final JsonNode next =
                    page(
                            harness,
                            1_300,
                            "order",
                            "asc",
                            "limit",
                            "10",
                            "cursor",
                            first.path("next_cursor").asString());
            assertThat(QueryFixture.sequences(next)).hasSize(10).startsWith(1_101L);
            assertThat(next.path("gaps").toString()).isEqualTo("[{\"from\":1001,\"to\":1100}]");
        }
    }

    @Seeded(50)
    void shouldNameEachMissingSequenceOnOnePage(final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        append(random.nextInt(1, 40));
        for (int i = random.nextInt(5); i > 0; i--) {
            lose(random.nextInt(1, 20), random.nextInt(1, 30));
            append(random.nextInt(1, 40));
        }
        final long head = journal.appendedSequence();
        final boolean isAscending = random.nextBoolean();
        final List<String> question = new ArrayList<>();
        question.addAll(List.of("order", isAscending ? "asc" : "desc"));
        question.addAll(List.of("limit", Integer.toString(random.nextInt(1, 30))));
        if (random.nextBoolean()) {
            question.addAll(List.of("type", "a"));
        }
        final List<Long> told = new ArrayList<>();
        try (IndexHarness harness = new IndexHarness(journal, directory, 16)) {
            harness.settle();
            List<String> query = question;
            while (true) {
                final JsonNode page = page(harness, head, query.toArray(new String[0]));
                final List<Long> onPage = new ArrayList<>();
                for (final JsonNode gap : page.path("gaps")) {
                    LongStream.rangeClosed(gap.path("from").asLong(), gap.path("to").asLong())
                            .forEach(onPage::add);
                }
                assertThat(onPage).isSorted();
                told.addAll(onPage);
                if (page.path("next_cursor").isNull()) {
                    break;
                }
                query = new ArrayList<>(question);
                query.addAll(List.of("cursor", page.path("next_cursor").asString()));
            }
        }
        final List<Long> missing = new ArrayList<>();
        LongStream.rangeClosed(1, head).filter(each -> !there.contains(each)).forEach(missing::add);
        Collections.sort(told);
        assertThat(told).isEqualTo(missing);
    }
}

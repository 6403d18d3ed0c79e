package dev.weft.server.query.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.FramePlan;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.engine.EventBlocks;
import dev.weft.server.index.engine.IndexHarness;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.query.History;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.replay.BlockCursor;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An export tells what is missing in its place, however often something is missing. */
class ExportGapsTest {
    private static final Scope.Parser SCOPES =
            new Scope.Parser(new FilterParser(Set.of("system")), () -> EventBlocks.START_US);
    private static final int GAPS = 6_000; // told, they are longer than a chunk
    private static final Pattern LINE =
            Pattern.compile(
                    "\\{(?:\"seq\":(\\d+),|\"weft\\.gap\":\\{\"from\":(\\d+),\"to\":(\\d+),).*");

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void shouldTellEveryGap(final String order) throws Exception {
        final MemoryJournal journal = new MemoryJournal();
        final EventBlocks blocks = new EventBlocks(journal);
        for (int i = 0; i <= 3 * GAPS; i++) {
            blocks.append(List.of("{\"type\":\"a\"}"));
        }
        for (int i = 0; i < GAPS; i++) { // of three, one is there
            journal.damage(3L * i + 2);
            journal.damage(3L * i + 3);
        }
        final long head = journal.appendedSequence();
        try (IndexHarness harness = new IndexHarness(journal, directory, 1 << 16)) {
            harness.settle();
            final List<Long> told = told(journal, harness.index(), head, order, () -> {});
            if (order.equals("desc")) {
                Collections.reverse(told);
            }
            assertThat(told).isEqualTo(LongStream.rangeClosed(1, head).boxed().toList());
        }
    }

    /** Its lease was overruled, because it took too long. */
    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void shouldTellWhatRetentionTookMeanwhile(final String order) throws Exception {
        final MemoryJournal journal = new MemoryJournal();
        final EventBlocks blocks = new EventBlocks(journal);
        for (int i = 0; i < 2_000; i++) {
            blocks.append(List.of("{\"type\":\"a\"}"));
        }
        try (IndexHarness harness = new IndexHarness(journal, directory, 1 << 16)) {
            harness.settle();
            final List<Long> told =
                    told(
                            journal,
                            harness.index(),
                            2_000,
                            order,
                            () -> {
                                journal.trim(1_500);
                                harness.settle();
                            });
            Collections.sort(told);
            assertThat(told).isEqualTo(LongStream.rangeClosed(1, 2_000).boxed().toList());
        }
    }

    /** What happens between two steps. */
    private interface Between {
        void happen() throws Exception;
    }

    /** Every sequence that is an event or in a gap, as the lines tell them. */
    private static List<Long> told(
            final MemoryJournal journal,
            final EventIndex index,
            final long head,
            final String order,
            final Between between)
            throws Exception {
        final ExportWish wish =
                ExportWish.parse(
                        QueryParameters.of(List.of("order", order, "category", "system")), SCOPES);
        final Scope.Range range = wish.scope().range(index, head);
        final LineSource source =
                new SelectedLines(wish, index, index.select(wish.scope().query(range)), range);
        final History.Sources sources =
                new History.Sources(
                        journal,
                        index,
                        new BlockCursor(journal.newReader()),
                        new Batch(UnpooledByteBufAllocator.DEFAULT, new FramePlan()));
        final List<Long> told = new ArrayList<>();
        while (source.nextSequence() != LineSource.OVER) {
            sources.lines().begin(Filter.ALL, Framing.NDJSON, false);
            source.read(sources, Long.MAX_VALUE);
            final ByteBuf chunk = sources.lines().take();
            if (chunk != null) {
                assertThat(chunk.readableBytes()).isLessThan(2 * ExportRead.CHUNK_LENGTH);
                chunk.toString(UTF_8).lines().forEach(line -> tell(line, order, told));
                chunk.release();
            }
            between.happen();
        }
        return told;
    }

    private static void tell(final String line, final String order, final List<Long> told) {
        final Matcher matcher = LINE.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        if (matcher.group(1) != null) {
            told.add(Long.valueOf(matcher.group(1)));
            return;
        }
        final List<Long> gap =
                new ArrayList<>(
                        LongStream.rangeClosed(
                                        Long.parseLong(matcher.group(2)),
                                        Long.parseLong(matcher.group(3)))
                                .boxed()
                                .toList());
        if (order.equals("desc")) {
            Collections.reverse(gap);
        }
        told.addAll(gap);
    }
}

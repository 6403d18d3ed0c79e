package dev.weft.server.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.fanout.Term;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalMemory;
import dev.weft.server.journal.JournalReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers from a plain scan of the journal: no index at all, and what any index must agree with.
 * Confined to one thread.
 */
public final class ScannedIndex implements EventIndex, AutoCloseable {
    private final Journal journal;
    private final JournalReader reader;
    private final BlockFlyweight view = new BlockFlyweight();
    private final Reads reads = new Reads();

    public ScannedIndex(final Journal journal) {
        this.journal = journal;
        reader = journal.newReader();
    }

    @Override
    public long oldestSequence() {
        return journal.oldestSequence();
    }

    @Override
    public long indexedSequence() {
        return journal.appendedSequence();
    }

    @Override
    public Selection select(final EventQuery query) {
        final List<Long> found = new ArrayList<>();
        scan(
                (block, i) -> {
                    if (matches(query, block, i)) {
                        found.add(block.firstSequence() + i);
                    }
                });
        return new Found(found.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public long sequenceAt(final long timestampUs) {
        final long[] first = {journal.appendedSequence() + 1};
        scan(
                (block, i) -> {
                    if (block.timestamp(i) >= timestampUs) {
                        first[0] = Math.min(first[0], block.firstSequence() + i);
                    }
                });
        return first[0];
    }

    @Override
    public long timestampOf(final long sequence) {
        return sequence >= oldestSequence() && reads.at(sequence)
                ? reads.block().timestamp(reads.index())
                : UNKNOWN;
    }

    @Override
    public Counting histogram(
            final EventQuery query,
            final long fromUs,
            final long bucketUs,
            final int bucketCount,
            final @Nullable IndexField by,
            final int seriesMax) {
        final Map<String, long[]> byText = new HashMap<>();
        scan(
                (block, i) -> {
                    final long bucket = Math.floorDiv(block.timestamp(i) - fromUs, bucketUs);
                    if (bucket >= 0 && bucket < bucketCount && matches(query, block, i)) {
                        final String text = by == null ? "" : text(by, block, i);
                        byText.computeIfAbsent(text, key -> new long[bucketCount])[(int) bucket]++;
                    }
                });
        final List<Histogram.Series> series = new ArrayList<>();
        final long[] others = byText.getOrDefault("", new long[bucketCount]);
        byText.remove("");
        byText.forEach((text, counts) -> series.add(Histogram.Series.of(text, counts)));
        series.sort(
                Comparator.comparingLong(Histogram.Series::total)
                        .reversed()
                        .thenComparing(one -> utf8(one), Arrays::compareUnsigned));
        while (series.size() > seriesMax) {
            final List<Long> counts = series.remove(series.size() - 1).counts();
            for (int i = 0; i < bucketCount; i++) {
                others[i] += counts.get(i);
            }
        }
        if (by == null || Arrays.stream(others).sum() > 0) {
            series.add(Histogram.Series.of(null, others));
        }
        return () -> new Histogram(fromUs, bucketUs, series);
    }

    private static byte[] utf8(final Histogram.Series series) {
        final String text = series.text();
        return text == null ? new byte[0] : text.getBytes(UTF_8);
    }

    @Override
    public TermPage terms(
            final IndexField field, final String prefix, final String after, final int limit) {
        final TreeMap<byte[], TermStats> found = new TreeMap<>(Arrays::compareUnsigned);
        scan(
                (block, i) -> {
                    final String text = text(field, block, i);
                    final long sequence = block.firstSequence() + i;
                    if (!text.isEmpty() && text.startsWith(prefix)) {
                        found.merge(
                                text.getBytes(UTF_8),
                                new TermStats(text, 1, sequence, sequence),
                                (one, more) ->
                                        new TermStats(
                                                text,
                                                one.count() + 1,
                                                one.firstSequence(),
                                                sequence));
                    }
                });
        final List<TermStats> terms =
                found.tailMap(after.getBytes(UTF_8), false).values().stream()
                        .limit(limit + 1L)
                        .toList();
        final boolean isLast = terms.size() <= limit;
        return new TermPage(isLast ? terms : terms.subList(0, limit), isLast);
    }

    @Override
    public EventReads reads() {
        return reads;
    }

    @Override
    public void close() {
        reader.close();
    }

    private void scan(final BiConsumer<BlockFlyweight, Integer> consumer) {
        final long oldest = oldestSequence();
        reader.seek(Math.max(1, oldest));
        for (int found = reader.next(view); found != JournalReader.END; found = reader.next(view)) {
            if (found == JournalReader.BLOCK) {
                for (int i = 0; i < view.count(); i++) {
                    if (view.firstSequence() + i >= oldest) {
                        consumer.accept(view, i);
                    }
                }
            }
        }
    }

    private static boolean matches(
            final EventQuery query, final BlockFlyweight block, final int index) {
        final long sequence = block.firstSequence() + index;
        final long timestampUs = block.timestamp(index);
        if (sequence <= query.afterSequence()
                || sequence >= query.beforeSequence()
                || sequence > query.headSequence()
                || timestampUs <= query.sinceUs()
                || timestampUs > query.untilUs()) {
            return false;
        }
        for (final Map.Entry<IndexField, List<Term>> clause : query.terms().entrySet()) {
            final String text = text(clause.getKey(), block, index);
            boolean isOne = false;
            for (final Term term : clause.getValue()) {
                isOne |=
                        !text.isEmpty()
                                && (term.isPrefix()
                                        ? text.startsWith(term.text())
                                        : text.equals(term.text()));
            }
            if (!isOne) {
                return false;
            }
        }
        return true;
    }

    private static String text(
            final IndexField field, final BlockFlyweight block, final int index) {
        final byte[] bytes = new byte[field.length(block, index)];
        block.buffer().getBytes(field.offset(block, index), bytes);
        return new String(bytes, UTF_8);
    }

    private final class Reads implements EventReads {
        private int index;

        @Override
        public boolean at(final long sequence) {
            if (sequence < Math.max(1, oldestSequence())) {
                return false;
            }
            reader.seek(sequence);
            while (reader.next(view) == JournalReader.BLOCK) {
                if (view.lastSequence() >= sequence) {
                    index = (int) (sequence - view.firstSequence());
                    return index >= 0;
                }
            }
            return false;
        }

        @Override
        public BlockFlyweight block() {
            return view;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public @Nullable JournalMemory memory() {
            return reader.memory();
        }
    }

    private static final class Found implements Selection {
        private final long[] found;

        Found(final long[] found) {
            this.found = found;
        }

        @Override
        public long count() {
            return found.length;
        }

        @Override
        public long countBefore(final long sequence) {
            return Arrays.stream(found).filter(each -> each < sequence).count();
        }

        @Override
        public Sequences ascending(final long offset) {
            return new Walk(offset, 1);
        }

        @Override
        public Sequences descending(final long offset) {
            return new Walk(found.length - 1 - offset, -1);
        }

        @Override
        public Sequences ascendingFrom(final long sequence) {
            return new Walk(countBefore(sequence), 1);
        }

        @Override
        public Sequences descendingFrom(final long sequence) {
            return new Walk(Arrays.stream(found).filter(each -> each <= sequence).count() - 1, -1);
        }

        private final class Walk implements Sequences {
            private final int step;
            private long at;

            Walk(final long at, final int step) {
                this.at = at;
                this.step = step;
            }

            @Override
            public long next() {
                if (at < 0 || at >= found.length) {
                    return NONE;
                }
                final long sequence = found[(int) at];
                at += step;
                return sequence;
            }
        }
    }
}

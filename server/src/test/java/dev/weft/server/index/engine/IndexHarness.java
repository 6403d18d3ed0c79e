package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.index.EventIndex;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** An index driven by hand: one thread is both of its threads in turn. */
public final class IndexHarness implements AutoCloseable {
    private static final int ROUNDS_MAX = 1_000_000;

    private final Journal journal;
    private final Path directory;
    private final Indexing indexing;
    public long clockNs;

    public IndexHarness(final Journal journal, final Path directory, final int events) {
        this(journal, directory, SegmentLimits.of(events));
    }

    public IndexHarness(final Journal journal, final Path directory, final SegmentLimits limits) {
        this.journal = journal;
        this.directory = directory;
        indexing = new Indexing(journal, directory, limits, () -> clockNs);
    }

    public EventIndex index() {
        return indexing.index();
    }

    public IndexCounters counters() {
        return indexing.counters();
    }

    /** One turn of the thread that indexes. */
    public int indexOnce() throws Exception {
        return indexing.agent().doWork();
    }

    /** One turn of the thread that has the files. */
    public int fileOnce() throws Exception {
        return indexing.filer().doWork();
    }

    /** Until everything that is appended is indexed and nothing is left to be done. */
    public IndexHarness settle() throws Exception {
        for (int i = 0; i < ROUNDS_MAX; i++) {
            final int workCount = indexOnce() + fileOnce();
            if (workCount == 0
                    && index().indexedSequence() >= journal.appendedSequence()
                    && indexOnce() + fileOnce() == 0) {
                return this;
            }
        }
        throw new AssertionError(
                "not indexed: " + index().indexedSequence() + " of " + journal.appendedSequence());
    }

    public List<Path> files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Ends as a process does that is killed. */
    @Override
    public void close() {
        try {
            indexing.agent().onClose();
            indexing.filer().onClose();
        } catch (final Exception ex) {
            throw new AssertionError(ex);
        }
        assertThat(indexing.counters().writeFailures()).isZero();
    }
}

package dev.weft.server.index.engine;

import dev.weft.server.index.EventIndex;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.Journal;
import dev.weft.server.runtime.Signal;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;

/**
 * An index of a journal: what the threads run, and what is asked. {@link #agent} and {@link #index}
 * belong to one thread, {@link #filer} to another one.
 */
public final class Indexing {
    private final IndexCounters counters = new IndexCounters();
    private final SegmentFiler filer;
    private final SegmentedIndex index;
    private final Agent agent;

    /**
     * Reserves the memory of a segment and does nothing else yet.
     *
     * @param directory of the files; made if it is not there. They can be deleted when nobody has
     *     them open: the index is then made again.
     */
    public Indexing(
            final Journal journal,
            final Path directory,
            final SegmentLimits limits,
            final LongSupplier clockNs) {
        final long hashSeed = ThreadLocalRandom.current().nextLong();
        final SegmentList list = new SegmentList(new GrowingSegment(limits, hashSeed));
        final RememberedCounts remembered = new RememberedCounts();
        filer = new SegmentFiler(journal, directory, counters, clockNs);
        index = new SegmentedIndex(journal, list, remembered);
        agent =
                new QueryThreadAgent(
                        new Indexer(
                                journal,
                                limits,
                                hashSeed,
                                list,
                                remembered,
                                filer,
                                counters,
                                clockNs),
                        index);
    }

    /** What is asked, on the thread of {@link #agent}. */
    public EventIndex index() {
        return index;
    }

    /** Follows the journal. */
    public Agent agent() {
        return agent;
    }

    /** Reads, writes and deletes files. */
    public Agent filer() {
        return filer;
    }

    public IndexCounters counters() {
        return counters;
    }

    /**
     * Sets what wakes the two threads.
     *
     * @param query the one of {@link #agent}.
     * @param files the one of {@link #filer}.
     */
    public void wakeBy(final Signal query, final Signal files) {
        filer.wakeBy(files, query);
    }

    /** Follows the journal, and gives back what nobody reads. */
    private record QueryThreadAgent(Indexer indexer, SegmentedIndex index) implements Agent {
        @Override
        public int doWork() {
            final int workCount = indexer.doWork();
            if (workCount == 0) {
                index.letGo();
            }
            return workCount;
        }

        @Override
        public void onClose() {
            indexer.onClose();
            index.close();
        }

        @Override
        public String roleName() {
            return indexer.roleName();
        }
    }
}

package dev.weft.server.index.engine;

import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.journal.Journal;
import dev.weft.server.runtime.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads, writes and deletes the files of the index for {@code weft-query}. What cannot be written
 * is tried again until it can: the events stay in memory meanwhile. Thread: {@code weft-index}; the
 * queues have {@code weft-query} at their other ends.
 */
final class SegmentFiler implements Agent {
    /** Jobs that may wait; each is a segment. */
    static final int JOBS_MAX = 1_024;

    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(5);

    /** What a segment may take on disk and must not take from the journal. */
    private static final long FREE_BYTES_MIN = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiler.class);

    private final Journal journal;
    private final IndexDirectory directory;
    private final IndexCounters counters;
    private final LongSupplier clockNs;
    private final OneToOneConcurrentArrayQueue<FileJob> jobs =
            new OneToOneConcurrentArrayQueue<>(JOBS_MAX);
    private final OneToOneConcurrentArrayQueue<FileJob> results =
            new OneToOneConcurrentArrayQueue<>(JOBS_MAX);
    private volatile Signal signal = () -> {};
    private volatile Signal resultSignal = () -> {};
    private @Nullable Deque<Path> toOpen; // null before the directory was read
    private boolean opened; // and the end of it told
    private @Nullable GrowingSegment unwritten;
    private long retryAtNs;
    private @Nullable FileJob unsent;

    SegmentFiler(
            final Journal journal,
            final Path directory,
            final IndexCounters counters,
            final LongSupplier clockNs) {
        this.journal = journal;
        this.directory = new IndexDirectory(directory);
        this.counters = counters;
        this.clockNs = clockNs;
    }

    /** Sets what wakes each of the two threads. */
    void wakeBy(final Signal wakeUp, final Signal wakeUpOther) {
        signal = wakeUp;
        resultSignal = wakeUpOther;
    }

    /** Takes a job; false if too many wait. Thread: {@code weft-query}. */
    boolean offer(final FileJob job) {
        final boolean isTaken = jobs.offer(job);
        if (isTaken) {
            signal.signal();
        }
        return isTaken;
    }

    /** What was done, or null. Thread: {@code weft-query}. */
    @Nullable FileJob poll() {
        return results.poll();
    }

    @Override
    public int doWork() {
        final FileJob waiting = unsent;
        if (waiting != null) {
            unsent = null;
            answer(waiting);
            return unsent == null ? 1 : 0;
        }
        if (!opened) {
            openNext();
            return 1;
        }
        final GrowingSegment segment = unwritten;
        if (segment != null) {
            return clockNs.getAsLong() - retryAtNs < 0 ? 0 : write(segment);
        }
        final FileJob job = jobs.poll();
        if (job instanceof FileJob.Write write) {
            return write(write.segment());
        }
        if (job instanceof FileJob.Delete delete) {
            delete(delete.path());
            return 1;
        }
        return 0;
    }

    /** Does what was handed over last, once: what fails is made again by the next start. */
    @Override
    public void onClose() {
        final GrowingSegment segment = unwritten;
        if (segment != null) {
            write(segment);
        }
        for (FileJob job = jobs.poll(); job != null; job = jobs.poll()) {
            if (job instanceof FileJob.Write write) {
                write(write.segment());
            } else if (job instanceof FileJob.Delete delete) {
                delete(delete.path());
            }
        }
    }

    private void openNext() {
        Deque<Path> paths = toOpen;
        if (paths == null) {
            paths = new ArrayDeque<>();
            toOpen = paths;
            try {
                paths.addAll(directory.open());
            } catch (final IOException ex) {
                LOG.warn("cannot read the files of the index: it is made anew", ex);
            }
        }
        final Path path = paths.poll();
        if (path == null) {
            opened = true;
            answer(new FileJob.Found(null));
            return;
        }
        try {
            answer(new FileJob.Found(FileSegment.open(path)));
        } catch (final IOException ex) {
            LOG.warn(
                    "index segment cannot be used, it is made again from the journal: file={} {}",
                    path.getFileName(),
                    ex.getMessage());
            counters.onDamaged();
            delete(path);
        }
    }

    private int write(final GrowingSegment segment) {
        unwritten = segment;
        try {
            final long freeBytes = journal.freeBytes();
            if (freeBytes < FREE_BYTES_MIN) {
                throw new IOException("too little space is left: freeBytes=" + freeBytes);
            }
            final FileSegment file = directory.write(segment);
            unwritten = null;
            answer(new FileJob.Written(segment, file));
        } catch (final IOException | RuntimeException | InternalError ex) {
            counters.onWriteFailed();
            LOG.warn("cannot write a segment of the index, trying again: {}", ex.toString());
            retryAtNs = clockNs.getAsLong() + RETRY_NS;
        }
        return 1;
    }

    private static void delete(final Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (final IOException ex) {
            LOG.warn("cannot delete a file of the index: {}", ex.toString());
        }
    }

    private void answer(final FileJob result) {
        if (!results.offer(result)) {
            unsent = result;
        }
        resultSignal.signal();
    }

    @Override
    public String roleName() {
        return "segment-filer";
    }
}

package dev.weft.server.index.engine;

import java.util.concurrent.atomic.AtomicLong;

/** How far the index is and what it takes. Written by its threads; read by any. */
public final class IndexCounters {
    private final AtomicLong indexedSequence = new AtomicLong();
    private final AtomicLong segments = new AtomicLong();
    private final AtomicLong fileBytes = new AtomicLong();
    private final AtomicLong memoryBytes = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private final AtomicLong writeFailures = new AtomicLong();

    /** Newest sequence that is indexed. */
    public long indexedSequence() {
        return indexedSequence.get();
    }

    /** Segments in files. */
    public long segments() {
        return segments.get();
    }

    /** Bytes of these files. */
    public long fileBytes() {
        return fileBytes.get();
    }

    /** Bytes in use by segments that are not in files. */
    public long memoryBytes() {
        return memoryBytes.get();
    }

    /** Files that could not be used since the start, and were made again from the journal. */
    public long damaged() {
        return damaged.get();
    }

    /** Times that a segment could not be written since the start; it is tried again. */
    public long writeFailures() {
        return writeFailures.get();
    }

    /** Thread: {@code weft-query}. */
    void indexed(final long sequence) {
        indexedSequence.setRelease(sequence);
    }

    /** Thread: {@code weft-query}. */
    void sizes(final long segmentCount, final long bytesInFiles, final long bytesInMemory) {
        segments.setRelease(segmentCount);
        fileBytes.setRelease(bytesInFiles);
        memoryBytes.setRelease(bytesInMemory);
    }

    void onDamaged() {
        damaged.incrementAndGet();
    }

    void onWriteFailed() {
        writeFailures.incrementAndGet();
    }
}

package dev.weft.server.journal;

import java.util.concurrent.atomic.AtomicLong;

/** What retention has deleted since the start. Written by the house-keeping thread; read by any. */
public final class RetentionCounters {
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong overruled = new AtomicLong();

    /** Roll files. */
    public long files() {
        return files.get();
    }

    /** Their bytes on disk. */
    public long bytes() {
        return bytes.get();
    }

    /** Files of them that a reader still needed, but no longer had a right to. */
    public long overruled() {
        return overruled.get();
    }

    /** One file more. Thread: the house-keeping one. */
    public void onDeleted(final long length) {
        files.incrementAndGet();
        bytes.addAndGet(length);
    }

    /** One file goes although a reader needs it. Thread: the house-keeping one. */
    public void onOverruled() {
        overruled.incrementAndGet();
    }
}

package dev.weft.server.journal.store;

import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.append.ActiveFile;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.append.ZeroedFiles;
import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Brings what is in the mapped files to the disk. Thread: the forcing one; the lock keeps out the
 * closing one, should that not wait. After a force that failed nothing is forced any more: nobody
 * knows what the device has.
 */
final class Forcing {
    private final JournalConfig config;
    private final Preallocator preallocator;
    private final LongSupplier appendedSequence;
    private final AtomicLong durableSequence = new AtomicLong();
    private final Object lock = new Object();
    private boolean failed; // guarded by the lock

    Forcing(
            final JournalConfig config,
            final Preallocator preallocator,
            final LongSupplier appendedSequence) {
        this.config = config;
        this.preallocator = preallocator;
        this.appendedSequence = appendedSequence;
    }

    /** Any thread; acquires. */
    long durableSequence() {
        return durableSequence.getAcquire();
    }

    /**
     * Forces all that was appended before.
     *
     * @return the new durable sequence.
     */
    long force() throws IOException {
        synchronized (lock) {
            final long target = appendedSequence.getAsLong();
            run(this::forceAll);
            durableSequence.setRelease(target);
            return target;
        }
    }

    /** Any thread. */
    boolean hasFinishedFiles() {
        return preallocator.rolled().peek() != null;
    }

    /** Whether the appender has left a file and all of it is forced. Any thread. */
    boolean isFinished(final RollFile file) {
        if (preallocator.current().file() == file) {
            return false;
        }
        for (final ActiveFile rolled : preallocator.rolled()) {
            if (rolled.file() == file) {
                return false;
            }
        }
        return true;
    }

    /** Forces, trims and closes files that the appender has left. */
    boolean forceFinished() throws IOException {
        synchronized (lock) {
            final boolean isAny = hasFinishedFiles();
            run(this::forceRolled);
            return isAny;
        }
    }

    /** What a force does; it may be refused. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void run(final Step step) throws IOException {
        if (failed) {
            throw new JournalException(true, "forcing has failed before");
        }
        boolean isDone = false;
        try {
            step.run();
            isDone = true;
        } finally {
            failed = !isDone;
        }
    }

    private void forceAll() throws IOException {
        final ActiveFile active = preallocator.current(); // before the queue: a later roll adds
        forceRolled();
        if (active.channel().isOpen()) { // else it was rolled meanwhile, and forced
            config.forcer().force(active.channel());
        }
    }

    /** Forces files that are finished, and the directory that got a new one. */
    private void forceRolled() throws IOException {
        final Queue<ActiveFile> rolled = preallocator.rolled();
        ActiveFile finished = rolled.peek();
        if (finished == null) {
            return;
        }
        for (; finished != null; finished = rolled.peek()) {
            config.forcer().force(finished.channel());
            ZeroedFiles.finish(finished);
            rolled.poll();
        }
        config.forcer().forceDirectory(config.directory());
    }
}

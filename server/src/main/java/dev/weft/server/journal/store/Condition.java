package dev.weft.server.journal.store;

import dev.weft.server.journal.JournalException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a journal still works: it may have failed, and it may have been closed; neither changes
 * back. Any thread; whoever meets a failure first writes it down, so that the next start checks.
 */
final class Condition {
    private static final Logger LOG = LoggerFactory.getLogger(Condition.class);

    private final SequenceReservation reservation;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    Condition(final SequenceReservation reservation) {
        this.reservation = reservation;
    }

    /** Failed or closed: nothing is done any more. */
    boolean isOver() {
        return failure != null || closed;
    }

    boolean hasFailed() {
        return failure != null;
    }

    boolean isClosed() {
        return closed;
    }

    void closed() {
        closed = true;
    }

    /**
     * Throws what has failed before, if anything.
     *
     * @throws JournalException FATAL.
     */
    void check() {
        final Throwable before = failure;
        if (before != null) {
            throw new JournalException(true, "journal has failed before", before);
        }
    }

    /** From here on the journal has failed. What is returned is to be thrown. */
    JournalException fail(final Throwable cause) {
        final JournalException failed =
                cause instanceof JournalException ex
                        ? ex
                        : new JournalException(true, "journal has failed", cause);
        if (failure == null) {
            failure = failed;
            LOG.error("journal has failed, nothing is appended any more", cause);
            try {
                reservation.noteFailure();
            } catch (final IOException | RuntimeException ex) {
                LOG.error("cannot note the failure", ex);
            }
        }
        return failed;
    }
}

package dev.weft.server.journal.store;

import dev.weft.server.journal.recovery.JournalState;
import dev.weft.server.journal.recovery.StateFile;
import java.io.IOException;

/**
 * How far sequences may be given out, noted on disk before they are; and the other notes of a
 * running journal in its state file. The house-keeping thread reserves; any thread may note a
 * failure, the closing one the stop.
 */
final class SequenceReservation {
    private final StateFile stateFile;
    private final long reservedAtOnce;

    /** Taken for each write of the state file: rare ones, by the house-keeper or on failure. */
    private final Object lock = new Object();

    private volatile long reservedUpTo; // read by the appender

    SequenceReservation(final StateFile stateFile, final long reservedAtOnce) {
        this.stateFile = stateFile;
        this.reservedAtOnce = reservedAtOnce;
        reservedUpTo = stateFile.state().reservedUpTo();
    }

    /** Whether a sequence may be given out. */
    boolean covers(final long sequence) {
        return sequence <= reservedUpTo;
    }

    /** Whether it is time to reserve more. */
    boolean isLow(final long nextSequence) {
        return reservedUpTo - nextSequence < reservedAtOnce / 2;
    }

    /** Reserves more if it is time to. Thread: the house-keeping one. */
    boolean reserve(final long nextSequence) throws IOException {
        if (!isLow(nextSequence)) {
            return false;
        }
        final long upTo = nextSequence + reservedAtOnce;
        synchronized (lock) {
            stateFile.write(stateFile.state().reserved(upTo));
        }
        reservedUpTo = upTo; // only now may they be given out
        return true;
    }

    /** Notes that the next start has to check and repair. */
    void noteFailure() throws IOException {
        synchronized (lock) {
            stateFile.write(stateFile.state().failed());
        }
    }

    /** Notes a clean stop. Thread: the closing one. */
    void noteStop(
            final long head,
            final long timestamp,
            final int cycle,
            final long end,
            final long lastBlock)
            throws IOException {
        synchronized (lock) {
            final JournalState state = stateFile.state();
            stateFile.write(state.stopped(head, timestamp, cycle, end, lastBlock));
        }
    }
}

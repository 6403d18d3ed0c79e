package dev.weft.server.journal;

import org.agrona.DirectBuffer;

/**
 * The append-only log of blocks, the truth of the product. One thread appends (the sequencer);
 * {@link #force} and {@link #forceFinished} belong to a second one, which may wait for the disk;
 * {@link #doHousekeeping} to a third, which should not; readers come from {@link #newReader} and
 * belong to whoever asked.
 */
public interface Journal extends AutoCloseable {
    /**
     * Not now: the file is not yet preallocated so far, or sequences are not yet reserved. Try
     * again soon.
     */
    int BACK_PRESSURED = -1;

    /** Refused until there is space again: nothing was written. */
    int DISK_FULL = -2;

    /** The journal can no longer be trusted to take anything; the reason is in {@link #state()}. */
    int FAILED = -3;

    /** What {@link #append} answers for a block that is in the mapped file. */
    int APPENDED = 0;

    /**
     * Sequence that the next appended event must have. Changes only by {@link #append}. Thread: the
     * appender.
     */
    long nextSequence();

    /**
     * Time of the newest event in microseconds since the epoch, 0 for an empty journal. Thread: the
     * appender.
     */
    long lastTimestamp();

    /**
     * Whether {@code length} bytes and {@code count} sequences could be appended now. Thread: the
     * appender.
     *
     * @param timestampUs time of the block to come; it also decides when a roll file ends.
     * @return {@link #APPENDED}, {@link #BACK_PRESSURED}, {@link #DISK_FULL} or {@link #FAILED}.
     */
    int admit(int length, int count, long timestampUs);

    /**
     * Appends one finished block (checksum set) whose first sequence is {@link #nextSequence()}.
     * Afterwards {@link #appendedSequence} covers it. Thread: the appender.
     *
     * @return as {@link #admit}; nothing is written unless it is {@link #APPENDED}.
     * @throws JournalException FATAL if the block does not lie where a reader will look for it.
     */
    int append(DirectBuffer block, int offset, int length);

    /** Newest sequence in the mapped file; 0 for an empty journal. Any thread; acquires. */
    long appendedSequence();

    /** Newest sequence known to be forced to disk. Any thread; acquires. */
    long durableSequence();

    /**
     * Oldest sequence that can be read; {@code appendedSequence() + 1} when there is none. Any
     * thread; acquires.
     */
    long oldestSequence();

    /**
     * Forces all that was appended before the call to disk. Thread: the forcing one.
     *
     * @return the new {@link #durableSequence}.
     * @throws JournalException FATAL if the device refused: what was not forced must not be
     *     acknowledged as durable.
     */
    long force();

    /** Whether {@link #forceFinished} has something to do. Any thread; a volatile read or two. */
    boolean hasFinishedFiles();

    /**
     * Forces roll files that the appender has left, gives back the space behind their end and
     * closes them. {@link #force} does it too. Thread: the forcing one.
     *
     * @return work done, 0 for none.
     * @throws JournalException FATAL as {@link #force}.
     */
    int forceFinished();

    /**
     * Preallocates ahead of the appender, reserves sequences, watches free space. Called every few
     * milliseconds while the appender moves and at least every 100 ms otherwise. Thread: the
     * house-keeping one.
     *
     * @return work done, 0 for none.
     */
    int doHousekeeping();

    /**
     * Whether {@link #doHousekeeping} should run soon: something is about to run out. Any thread; a
     * few volatile reads, so the appender may ask after each append and wake the house-keeper.
     */
    boolean needsHousekeeping();

    /** Why nothing can be appended, or {@code WRITABLE}. Any thread. */
    State state();

    /** Usable bytes on the journal's file system as last looked up. Any thread. */
    long freeBytes();

    /**
     * Oldest sequence to begin at so that reading on to the end touches at most about so many bytes
     * of files; at least the newest part of the journal, whatever its size. Any thread.
     */
    long sequenceWithin(long lengthMax);

    /**
     * A wish to keep what a reader still needs, for the calling thread and all of its readers. A
     * fixed few per journal; they end with it.
     */
    default Lease newLease() {
        return new Lease();
    }

    /**
     * Newest sequence that retention deletes as soon as no lease holds it, 0 if there is none. Who
     * lets go of his lease says by that that he has what he needs of it. Any thread.
     */
    default long dueUpTo() {
        return 0;
    }

    /** What retention has deleted. */
    default RetentionCounters retention() {
        return new RetentionCounters();
    }

    /** Places that readers found damaged since the journal was opened. Any thread. */
    long damageCount();

    /** A reader of its own for the calling thread. */
    JournalReader newReader();

    /**
     * The same for who reads here and there, by {@link JournalReader#find}: much more of the files
     * stays mapped, and a block that was checked before is taken as it is.
     */
    default JournalReader newScatteredReader() {
        return newReader();
    }

    /** Writes the mark of a clean stop after the last append and closes everything. */
    @Override
    void close();

    /** Whether the journal takes appends, and if not, why. */
    enum State {
        WRITABLE,
        DISK_FULL,
        FAILED,
        CLOSED
    }
}

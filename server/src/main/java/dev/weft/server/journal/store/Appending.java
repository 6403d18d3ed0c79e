package dev.weft.server.journal.store;

import static dev.weft.protocol.frame.BlockDescriptor.COUNT_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FIRST_SEQUENCE_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.journal.AppendProbe;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.append.ChronicleAppender;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.append.ZeroedFiles;
import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.MappedFileBytes;
import dev.weft.server.journal.file.MappedWindows;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.recovery.Tail;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;

/**
 * Puts blocks at the end of the journal and makes them visible to readers. Thread: the appender's,
 * the only writer of all fields here; others may ask what says so.
 */
final class Appending {
    private final ChronicleAppender appender;
    private final Preallocator preallocator;
    private final RollCatalog catalog;
    private final GrowingPositions positions;
    private final SequenceReservation reservation;
    private final Condition condition;
    private final AppendProbe probe;
    private final int lengthMax;
    private final AtomicLong appendedSequence; // acquired by readers, fan-out, forcing thread
    private volatile long nextSequence; // read by the house-keeping thread, for reservations
    private volatile long oldestSequence;
    private final AtomicLong lastTimestamp; // acquired by the house-keeping thread
    private long lastBlockPosition;
    private int cycle;
    private RollFile file;

    Appending(
            final JournalConfig config,
            final ChronicleJournal.Parts parts,
            final Tail tail,
            final long nextSequence,
            final SequenceReservation reservation,
            final Condition condition) {
        appender = parts.appender();
        preallocator = parts.preallocator();
        catalog = parts.catalog();
        positions = new GrowingPositions(parts.positions());
        this.reservation = reservation;
        this.condition = condition;
        probe = config.probe();
        lengthMax = config.blockLengthMax();
        appendedSequence = new AtomicLong(tail.lastSequence());
        this.nextSequence = nextSequence;
        lastTimestamp = new AtomicLong(tail.lastTimestamp());
        file = preallocator.current().file();
        cycle = appender.cycle();
        lastBlockPosition = -1;
        if (cycle == tail.cycle()) {
            lastBlockPosition = tail.lastBlockPosition();
            positions.goOnWith(cycle);
        }
        file.dataEnd(appender.endPosition());
    }

    /** Thread: the opening one, which is done; {@code oldest} is 0 if there is no block yet. */
    void handOver(final long oldest) {
        oldestSequence = oldest;
        appender.handOver();
    }

    // ---- any thread ----

    long appendedSequence() {
        return appendedSequence.getAcquire();
    }

    long nextSequence() {
        return nextSequence;
    }

    /** Of the first block that there was at the start, or since; 0 if there is none. */
    long oldestSequence() {
        return oldestSequence;
    }

    /** Of the newest event, microseconds since the epoch. */
    long lastTimestamp() {
        return lastTimestamp.getAcquire();
    }

    Positions positions() {
        return positions.get();
    }

    long sequenceWithin(final long bytes) {
        return positions.sequenceWithin(bytes, catalog, appendedSequence() + 1);
    }

    // ---- the appender's thread ----

    /** As {@link Journal#admit}. */
    int admit(final int length, final int count, final long timestampUs) {
        if (condition.isOver()) {
            return Journal.FAILED;
        }
        if (length > lengthMax) {
            throw new JournalException(
                    false, "block too long: length=" + length + " max=" + lengthMax);
        }
        if (!reservation.covers(nextSequence + count - 1)) {
            return Journal.BACK_PRESSURED;
        }
        return preallocator.admit(cycleFor(timestampUs), appender.endPosition(), length);
    }

    /** As {@link Journal#append}. */
    int append(final DirectBuffer block, final int offset, final int length) {
        final long first = block.getLong(offset + FIRST_SEQUENCE_OFFSET, LITTLE_ENDIAN);
        final int count = block.getInt(offset + COUNT_OFFSET, LITTLE_ENDIAN);
        final long firstTimestamp = timestamp(block, offset, 0);
        final int admitted = admit(length, count, firstTimestamp);
        if (admitted != Journal.APPENDED) {
            return admitted;
        }
        if (first != nextSequence) {
            throw condition.fail(
                    new JournalException(
                            true,
                            "sequence out of order: got=" + first + " expected=" + nextSequence));
        }
        final int blockCycle = cycleFor(firstTimestamp);
        final long position;
        try {
            position = appender.append(block, offset, length, blockCycle);
        } catch (final RuntimeException | Error ex) { // what state it is in, nobody knows
            throw condition.fail(ex);
        }
        if (blockCycle != cycle) {
            rolled(blockCycle);
        }
        lastBlockPosition = position;
        lastTimestamp.setRelease(timestamp(block, offset, count - 1));
        file.dataEnd(appender.endPosition());
        positions.onBlock(first, firstTimestamp, blockCycle, position);
        probe.at(AppendProbe.Step.BEFORE_VISIBLE);
        nextSequence = first + count;
        if (oldestSequence == 0) {
            oldestSequence = first;
        }
        appendedSequence.setRelease(first + count - 1); // all of the above comes before it
        probe.at(AppendProbe.Step.AFTER_VISIBLE);
        return Journal.APPENDED;
    }

    private void rolled(final int toCycle) {
        file.dataEnd(file.dataEnd() + RecordHeader.LENGTH); // its end mark may be looked at
        file = preallocator.roll();
        catalog.add(file);
        cycle = toCycle;
        positions.onRoll();
    }

    private int cycleFor(final long timestampUs) {
        return Math.max(cycle, RollCycleNames.cycleOf(timestampUs));
    }

    private static long timestamp(final DirectBuffer block, final int offset, final int record) {
        return block.getLong(
                offset
                        + HEADER_LENGTH
                        + record * RecordDescriptor.LENGTH
                        + RecordDescriptor.TIMESTAMP_OFFSET,
                LITTLE_ENDIAN);
    }

    // ---- the closing thread ----

    /** Notes on disk where the journal ends. */
    void noteStop(final MappedWindows windows) throws IOException {
        reservation.noteStop(
                appendedSequence(),
                lastTimestamp.getPlain(),
                cycle,
                endOfRecords(windows),
                lastBlockPosition);
    }

    /** Chronicle may have put an index page behind the last block. */
    private long endOfRecords(final MappedWindows windows) {
        try (MappedFileBytes bytes = new MappedFileBytes(windows)) {
            file.dataEnd(appender.endPosition() + ZeroedFiles.MARGIN - Long.BYTES);
            bytes.file(file);
            final BlockWalk walk = new BlockWalk(bytes, false);
            walk.position(appender.endPosition());
            walk.next();
            return walk.position();
        }
    }
}

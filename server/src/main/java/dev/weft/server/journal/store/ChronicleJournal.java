package dev.weft.server.journal.store;

import static dev.weft.protocol.frame.BlockDescriptor.COUNT_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FIRST_SEQUENCE_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.journal.AppendProbe;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.Lease;
import dev.weft.server.journal.RetentionCounters;
import dev.weft.server.journal.append.ChronicleAppender;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.DamageLog;
import dev.weft.server.journal.file.MappedFileBytes;
import dev.weft.server.journal.file.MappedWindows;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.ReadSource;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileReader;
import dev.weft.server.journal.recovery.DirectoryLock;
import dev.weft.server.journal.recovery.Recovery;
import dev.weft.server.journal.recovery.StateFile;
import dev.weft.server.journal.retention.Retention;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in a directory, written with Chronicle Queue and read by our own readers. Threads:
 * one appends, one does the house-keeping, one forces, any number reads; each field below has one
 * writer. A failure of the device or of the library ends in {@link State#FAILED}, from which only a
 * restart leads out.
 */
final class ChronicleJournal implements Journal, ReadSource {
    private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

    /** So far before the first block of a file that it gets an entry whatever the spacing is. */
    private static final long NOT_INDEXED = Long.MIN_VALUE / 2;

    private final Parts parts;
    private final Preallocator preallocator;
    private final ChronicleAppender appender;
    private final RollCatalog catalog;
    private final MappedWindows windows;
    private final SequenceReservation reservation;
    private final Forcing forcing;
    private final Retention retention;
    private final RetentionSource retentionSource = new RetentionSource();
    private final DamageLog damageLog = new DamageLog();
    private final AppendProbe probe;
    private final int lengthMax;

    // Written by the appender.
    private final AtomicLong appendedSequence; // acquired by readers, fan-out, forcing thread
    private volatile long nextSequence; // read by the house-keeping thread, for reservations
    private volatile long oldestSequence;
    private final AtomicLong lastTimestamp; // acquired by the house-keeping thread
    private long lastBlockPosition;
    private int cycle;
    private long indexedPosition;
    private volatile Positions positions; // read by readers and the house-keeping thread
    private RollFile file;

    // Written by whoever meets the failure first; never changes back.
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /** What a journal is made of; it closes all of it. */
    record Parts(
            DirectoryLock lock,
            StateFile stateFile,
            PositionsFile positionsFile,
            RollCatalog catalog,
            Positions positions,
            Preallocator preallocator,
            ChronicleAppender appender) {}

    ChronicleJournal(
            final JournalConfig config,
            final Parts parts,
            final Recovery.Tail tail,
            final long nextSequence) {
        this.parts = parts;
        preallocator = parts.preallocator();
        appender = parts.appender();
        catalog = parts.catalog();
        positions = parts.positions();
        windows = new MappedWindows(config.blockSize(), config.overlap());
        reservation = new SequenceReservation(parts.stateFile(), config.sequencesReserved());
        forcing = new Forcing(config, preallocator, this::appendedSequence);
        retention = new Retention(config, catalog, windows);
        probe = config.probe();
        lengthMax = config.blockLengthMax();
        appendedSequence = new AtomicLong(tail.lastSequence());
        this.nextSequence = nextSequence;
        lastTimestamp = new AtomicLong(tail.lastTimestamp());
        file = preallocator.current().file();
        cycle = appender.cycle();
        final boolean isSameFile = cycle == tail.cycle();
        lastBlockPosition = isSameFile ? tail.lastBlockPosition() : -1;
        indexedPosition = isSameFile ? lastIndexed() : NOT_INDEXED;
        file.dataEnd(appender.endPosition());
        oldestSequence = findOldest();
        appender.handOver();
    }

    // ---- the appender's thread ----

    @Override
    public long nextSequence() {
        return nextSequence;
    }

    @Override
    public long lastTimestamp() {
        return lastTimestamp.getPlain();
    }

    @Override
    public int admit(final int length, final int count, final long timestampUs) {
        if (failure != null || closed) {
            return FAILED;
        }
        if (length > lengthMax) {
            throw new JournalException(
                    false, "block too long: length=" + length + " max=" + lengthMax);
        }
        if (!reservation.covers(nextSequence + count - 1)) {
            return BACK_PRESSURED;
        }
        return preallocator.admit(cycleFor(timestampUs), appender.endPosition(), length);
    }

    @Override
    public int append(final DirectBuffer block, final int offset, final int length) {
        final long first = block.getLong(offset + FIRST_SEQUENCE_OFFSET, LITTLE_ENDIAN);
        final int count = block.getInt(offset + COUNT_OFFSET, LITTLE_ENDIAN);
        final long firstTimestamp = timestamp(block, offset, 0);
        final int admitted = admit(length, count, firstTimestamp);
        if (admitted != APPENDED) {
            return admitted;
        }
        if (first != nextSequence) {
            throw fail(
                    new JournalException(
                            true,
                            "sequence out of order: got=" + first + " expected=" + nextSequence));
        }
        final int blockCycle = cycleFor(firstTimestamp);
        final long position;
        try {
            position = appender.append(block, offset, length, blockCycle);
        } catch (final RuntimeException | Error ex) { // what state it is in, nobody knows
            throw fail(ex);
        }
        if (blockCycle != cycle) {
            rolled(blockCycle);
        }
        lastBlockPosition = position;
        lastTimestamp.setRelease(timestamp(block, offset, count - 1));
        file.dataEnd(appender.endPosition());
        final Positions index = positions;
        if (position - indexedPosition >= index.spacing()) {
            final Positions grown = index.with(first, firstTimestamp, blockCycle, position);
            if (grown != index) {
                positions = grown;
            }
            indexedPosition = position;
        }
        probe.at(AppendProbe.Step.BEFORE_VISIBLE);
        nextSequence = first + count;
        if (oldestSequence == 0) {
            oldestSequence = first;
        }
        appendedSequence.setRelease(first + count - 1); // all of the above comes before it
        probe.at(AppendProbe.Step.AFTER_VISIBLE);
        return APPENDED;
    }

    private void rolled(final int toCycle) {
        file.dataEnd(file.dataEnd() + RecordHeader.LENGTH); // its end mark may be looked at
        file = preallocator.roll();
        catalog.add(file);
        cycle = toCycle;
        indexedPosition = NOT_INDEXED;
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

    // ---- any thread ----

    @Override
    public long appendedSequence() {
        return appendedSequence.getAcquire();
    }

    @Override
    public long durableSequence() {
        return forcing.durableSequence();
    }

    @Override
    public long oldestSequence() {
        final long oldest = oldestSequence;
        return oldest == 0 ? appendedSequence() + 1 : Math.max(oldest, retention.retainedFrom());
    }

    @Override
    public boolean needsHousekeeping() {
        return failure == null && (reservation.isLow(nextSequence) || preallocator.needsWork());
    }

    @Override
    public State state() {
        if (closed) {
            return State.CLOSED;
        }
        if (failure != null) {
            return State.FAILED;
        }
        return preallocator.isDiskFull() ? State.DISK_FULL : State.WRITABLE;
    }

    @Override
    public long freeBytes() {
        return preallocator.freeBytes();
    }

    /** To be asked for each search: it is replaced when it has become too large. */
    @Override
    public Positions positions() {
        return positions;
    }

    @Override
    public long sequenceWithin(final long lengthMax) {
        final Positions index = positions;
        long length = 0; // of the files behind the one that is looked at
        int entry = index.size() - 1;
        int cycleBehind = -1;
        for (int i = entry; i >= 0; i--) {
            final RollFile holder = catalog.get(index.cycle(i));
            if (holder == null) {
                break;
            }
            if (cycleBehind >= 0 && cycleBehind != holder.cycle()) {
                final RollFile behind = catalog.get(cycleBehind);
                length += behind == null ? 0 : behind.dataEnd();
            }
            cycleBehind = holder.cycle();
            if (length + holder.dataEnd() - index.offset(i) > lengthMax) {
                break;
            }
            entry = i;
        }
        return entry < 0 ? appendedSequence() + 1 : index.firstSequence(entry);
    }

    @Override
    public long damageCount() {
        return damageLog.count();
    }

    @Override
    public long retainedFrom() {
        return retention.retainedFrom();
    }

    @Override
    public Lease newLease() {
        return retention.leases().add();
    }

    @Override
    public RetentionCounters retention() {
        return retention.counters();
    }

    @Override
    public JournalReader newReader() {
        return new RollFileReader(this, catalog, windows, damageLog);
    }

    // ---- the forcing thread ----

    @Override
    public long force() {
        if (failure != null) {
            throw new JournalException(true, "journal has failed before", failure);
        }
        try {
            return forcing.force();
        } catch (final IOException | RuntimeException ex) {
            throw fail(new JournalException(true, "cannot force to disk", ex));
        }
    }

    @Override
    public boolean hasFinishedFiles() {
        return forcing.hasFinishedFiles();
    }

    @Override
    public int forceFinished() {
        if (!hasFinishedFiles() || failure != null || closed) {
            return 0;
        }
        try {
            return forcing.forceFinished() ? 1 : 0;
        } catch (final IOException | RuntimeException ex) {
            throw fail(new JournalException(true, "cannot force a finished file", ex));
        }
    }

    // ---- the house-keeping thread ----

    @Override
    public int doHousekeeping() {
        if (failure != null || closed) {
            return 0;
        }
        try {
            int workCount = reservation.reserve(nextSequence) ? 1 : 0;
            workCount += retention.doWork(retentionSource); // before a full disk is told
            workCount += preallocator.doWork();
            if (parts.positionsFile().flush(positions)) {
                workCount++;
            }
            return workCount;
        } catch (final IOException | RuntimeException ex) {
            throw fail(new JournalException(true, "house-keeping failed", ex));
        }
    }

    // ---- closing and failing ----

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (failure == null) {
                markClean();
            }
        } catch (final IOException | RuntimeException ex) {
            LOG.error("journal is closed without its mark, the next start will check it", ex);
        } finally {
            closeQuietly(appender);
            closeQuietly(preallocator::close);
            closeQuietly(parts.positionsFile());
            closeQuietly(parts.stateFile());
            windows.close();
            closeQuietly(parts.lock());
        }
    }

    private void markClean() throws IOException {
        forcing.force();
        parts.positionsFile().flush(positions);
        reservation.noteStop(
                appendedSequence(),
                lastTimestamp.getPlain(),
                cycle,
                endOfRecords(),
                lastBlockPosition);
    }

    /** Chronicle may have put an index page behind the last block. */
    private long endOfRecords() {
        try (MappedFileBytes bytes = new MappedFileBytes(windows)) {
            file.dataEnd(appender.endPosition() + Preallocator.MARGIN - Long.BYTES);
            bytes.file(file);
            final BlockWalk walk = new BlockWalk(bytes, false);
            walk.position(appender.endPosition());
            walk.next();
            return walk.position();
        }
    }

    /** Any thread. What is returned is to be thrown. */
    private JournalException fail(final Throwable cause) {
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

    private static void closeQuietly(final AutoCloseable resource) {
        try {
            resource.close();
        } catch (final Exception ex) {
            LOG.warn("cannot close a part of the journal", ex);
        }
    }

    private long lastIndexed() {
        final int size = positions.size();
        return size > 0 && positions.cycle(size - 1) == cycle
                ? positions.offset(size - 1)
                : NOT_INDEXED;
    }

    /** What retention is told, and with what care. Thread: the house-keeping one. */
    private final class RetentionSource implements Retention.Source {
        @Override
        public long appendedSequence() {
            return ChronicleJournal.this.appendedSequence();
        }

        @Override
        public long newestTimestamp() {
            return lastTimestamp.getAcquire();
        }

        @Override
        public Positions positions() {
            return positions;
        }

        @Override
        public boolean isFinished(final RollFile candidate) {
            return forcing.isFinished(candidate);
        }

        @Override
        public boolean isSpaceShort() {
            return preallocator.isSpaceShort();
        }
    }

    /** First sequence of the first valid block; 0 if there is none. */
    private long findOldest() {
        if (appendedSequence() == 0) {
            return 0;
        }
        final BlockFlyweight view = new BlockFlyweight();
        try (JournalReader reader = newReader()) {
            reader.seek(1);
            for (int found = reader.next(view); found != JournalReader.END; ) {
                if (found == JournalReader.BLOCK) {
                    return view.firstSequence();
                }
                found = reader.next(view);
            }
            return 0;
        }
    }
}

package dev.weft.server.journal.store;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.Lease;
import dev.weft.server.journal.RetentionCounters;
import dev.weft.server.journal.append.ChronicleAppender;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.file.CheckedPlaces;
import dev.weft.server.journal.file.DamageLog;
import dev.weft.server.journal.file.MappedWindows;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.ReadSource;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollFileReader;
import dev.weft.server.journal.recovery.DirectoryLock;
import dev.weft.server.journal.recovery.StateFile;
import dev.weft.server.journal.recovery.Tail;
import dev.weft.server.journal.retention.Retention;
import java.io.IOException;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in a directory, written with Chronicle Queue and read by our own readers. Threads:
 * one appends, one does the house-keeping, one forces, any number reads; each has its part here,
 * with the fields that it writes. A failure of the device or of the library ends in {@link
 * State#FAILED}, from which only a restart leads out.
 */
final class ChronicleJournal implements Journal, ReadSource {
    private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

    /** Of a reader that goes here and there, the windows are larger, and many stay. */
    private static final int SCATTERED_BLOCKS = 8;

    private static final int SCATTERED_WINDOWS_MAX = 128;

    private final Parts parts;
    private final Preallocator preallocator;
    private final RollCatalog catalog;
    private final MappedWindows windows;
    private final MappedWindows scatteredWindows;
    private final SequenceReservation reservation;
    private final Condition condition;
    private final Appending appending;
    private final Forcing forcing;
    private final Retention retention;
    private final RetentionSource retentionSource;
    private final DamageLog damageLog = new DamageLog();

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
            final Tail tail,
            final long nextSequence) {
        this.parts = parts;
        preallocator = parts.preallocator();
        catalog = parts.catalog();
        windows = new MappedWindows(config.blockSize(), config.overlap());
        scatteredWindows =
                new MappedWindows(
                        config.blockSize() * SCATTERED_BLOCKS,
                        config.overlap(),
                        SCATTERED_WINDOWS_MAX);
        reservation = new SequenceReservation(parts.stateFile(), config.sequencesReserved());
        condition = new Condition(reservation);
        appending = new Appending(config, parts, tail, nextSequence, reservation, condition);
        forcing = new Forcing(config, preallocator, appending::appendedSequence);
        retention = new Retention(config, catalog, windows);
        retentionSource = new RetentionSource(appending, forcing, preallocator.space());
        appending.handOver(findOldest());
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

    // ---- the appender's thread ----

    @Override
    public long nextSequence() {
        return appending.nextSequence();
    }

    @Override
    public long lastTimestamp() {
        return appending.lastTimestamp();
    }

    @Override
    public int admit(final int length, final int count, final long timestampUs) {
        return appending.admit(length, count, timestampUs);
    }

    @Override
    public int append(final DirectBuffer block, final int offset, final int length) {
        return appending.append(block, offset, length);
    }

    // ---- any thread ----

    @Override
    public long appendedSequence() {
        return appending.appendedSequence();
    }

    @Override
    public long durableSequence() {
        return forcing.durableSequence();
    }

    @Override
    public long oldestSequence() {
        final long oldest = appending.oldestSequence();
        return oldest == 0 ? appendedSequence() + 1 : Math.max(oldest, retention.retainedFrom());
    }

    @Override
    public boolean needsHousekeeping() {
        return !condition.hasFailed()
                && (reservation.isLow(appending.nextSequence()) || preallocator.needsWork());
    }

    @Override
    public State state() {
        if (condition.isClosed()) {
            return State.CLOSED;
        }
        if (condition.hasFailed()) {
            return State.FAILED;
        }
        return preallocator.space().isFull() ? State.DISK_FULL : State.WRITABLE;
    }

    @Override
    public long freeBytes() {
        return preallocator.space().freeBytes();
    }

    @Override
    public Positions positions() {
        return appending.positions();
    }

    @Override
    public long sequenceWithin(final long lengthMax) {
        return appending.sequenceWithin(lengthMax);
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
    public long dueUpTo() {
        return retention.dueUpTo();
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

    @Override
    public JournalReader newScatteredReader() {
        return new RollFileReader(this, catalog, scatteredWindows, damageLog, new CheckedPlaces());
    }

    // ---- the forcing thread ----

    @Override
    public long force() {
        condition.check();
        try {
            return forcing.force();
        } catch (final IOException | RuntimeException ex) {
            throw condition.fail(new JournalException(true, "cannot force to disk", ex));
        }
    }

    @Override
    public boolean hasFinishedFiles() {
        return forcing.hasFinishedFiles();
    }

    @Override
    public int forceFinished() {
        if (!hasFinishedFiles() || condition.isOver()) {
            return 0;
        }
        try {
            return forcing.forceFinished() ? 1 : 0;
        } catch (final IOException | RuntimeException ex) {
            throw condition.fail(new JournalException(true, "cannot force a finished file", ex));
        }
    }

    // ---- the house-keeping thread ----

    @Override
    public int doHousekeeping() {
        if (condition.isOver()) {
            return 0;
        }
        try {
            int workCount = reservation.reserve(appending.nextSequence()) ? 1 : 0;
            workCount += retention.doWork(retentionSource); // before a full disk is told
            workCount += preallocator.doWork();
            if (parts.positionsFile().flush(appending.positions())) {
                workCount++;
            }
            return workCount;
        } catch (final IOException | RuntimeException ex) {
            throw condition.fail(new JournalException(true, "house-keeping failed", ex));
        }
    }

    // ---- the closing thread ----

    @Override
    public void close() {
        if (condition.isClosed()) {
            return;
        }
        condition.closed();
        try {
            if (!condition.hasFailed()) {
                forcing.force();
                parts.positionsFile().flush(appending.positions());
                appending.noteStop(windows);
            }
        } catch (final IOException | RuntimeException ex) {
            LOG.error("journal is closed without its mark, the next start will check it", ex);
        } finally {
            closeQuietly(parts.appender());
            closeQuietly(preallocator::close);
            closeQuietly(parts.positionsFile());
            closeQuietly(parts.stateFile());
            windows.close();
            scatteredWindows.close();
            closeQuietly(parts.lock());
        }
    }

    private static void closeQuietly(final AutoCloseable resource) {
        try {
            resource.close();
        } catch (final Exception ex) {
            LOG.warn("cannot close a part of the journal", ex);
        }
    }
}

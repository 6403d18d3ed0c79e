package dev.weft.server.journal.append;

import static dev.weft.server.journal.append.ZeroedFiles.FILE_HEADER;
import static dev.weft.server.journal.append.ZeroedFiles.MARGIN;
import static dev.weft.server.journal.append.ZeroedFiles.ZEROS_LENGTH;

import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that every byte the appender may write exists on disk before it is written: a full
 * disk is an exception here, and would be a signal that ends the process there. Writes zeros ahead
 * of the appender, prepares the next roll file before it is begun, and refuses appends in good time
 * with a lower threshold to stop and a higher one to go on.
 *
 * <p>Three parties: the appender asks ({@link #admit}) and switches files; the house-keeping thread
 * does {@link #doWork}; what it allows is told through volatile fields, each with one writer.
 */
public final class Preallocator {
    /** Bytes written in one call of {@link #doWork}; bounds how long it takes. */
    private static final long EXTEND_MAX = 8 * 1024 * 1024;

    private static final long CHECK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PREPARE_AHEAD_US = TimeUnit.SECONDS.toMicros(30);
    private static final Logger LOG = LoggerFactory.getLogger(Preallocator.class);

    private final JournalConfig config;
    private final DiskSpace space;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_LENGTH);

    // Written by the appender.
    private volatile ActiveFile current;
    private volatile int rollWanted;
    private final Queue<ActiveFile> rolled = new ConcurrentLinkedQueue<>(); // one entry per roll

    // Written by the house-keeping thread.
    private volatile @Nullable ActiveFile prepared;
    private volatile long lookAhead;
    private volatile boolean isShort; // the last look found too little space for the look-ahead
    private long checkedNs;
    private long seenEnd;

    private Preallocator(
            final JournalConfig config, final DiskSpace space, final ActiveFile current) {
        this.config = config;
        this.space = space;
        this.current = current;
        lookAhead = config.preallocateMin();
        checkedNs = config.nanoClock().getAsLong();
        seenEnd = current.file().dataEnd();
    }

    /**
     * Allocates what opening the journal and its first appends need. Thread: the opening one.
     *
     * @param file to append to; if it does not exist yet it is prepared.
     * @throws JournalException FATAL if there is no space for that.
     */
    public static Preallocator open(final JournalConfig config, final RollFile file)
            throws IOException {
        final DiskSpace space = DiskSpace.of(config);
        final boolean isNew = !Files.exists(file.path());
        final ActiveFile active =
                new ActiveFile(
                        file,
                        isNew
                                ? ZeroedFiles.create(config.directory(), file.cycle())
                                : existing(file),
                        file.dataEnd());
        final Preallocator opened = new Preallocator(config, space, active);
        // An existing file has its margin already; to open it takes a part of that.
        final long needed = isNew ? FILE_HEADER + MARGIN : file.dataEnd() + MARGIN / 4;
        try {
            active.extend(opened.zeros, needed);
        } catch (final IOException ex) {
            active.channel().close();
            space.look();
            throw new JournalException(
                    true,
                    "no space to open the journal: directory="
                            + config.directory()
                            + " free="
                            + space.freeBytes(),
                    ex);
        }
        opened.extendIfSpace(active, file.dataEnd() + opened.lookAhead);
        return opened;
    }

    // ---- the appender's thread ----

    /** Whether a record of this length may be appended to a cycle; values as Journal's. */
    public int admit(final int cycle, final long endPosition, final int length) {
        if (space.isFull()) {
            return Journal.DISK_FULL;
        }
        final ActiveFile active = current;
        if (active.cycle() == cycle) {
            return room(active, endPosition + length + MARGIN);
        }
        final ActiveFile next = prepared;
        if (next == null || next.cycle() != cycle) {
            rollWanted = cycle;
            return Journal.BACK_PRESSURED;
        }
        return room(next, FILE_HEADER + length + MARGIN);
    }

    private static int room(final ActiveFile active, final long upTo) {
        if (upTo <= active.allocatedUpTo()) {
            return Journal.APPENDED;
        }
        active.wantedUpTo(upTo);
        return Journal.BACK_PRESSURED;
    }

    /** The appender has begun the prepared file; the old one is left to be forced and trimmed. */
    public RollFile roll() {
        final ActiveFile next = prepared;
        if (next == null) {
            throw new JournalException(true, "rolled to a file that was not prepared");
        }
        final ActiveFile old = current;
        rolled.add(old);
        current = next;
        rollWanted = 0;
        return next.file();
    }

    // ---- any thread ----

    public ActiveFile current() {
        return current;
    }

    public Queue<ActiveFile> rolled() {
        return rolled;
    }

    /** How full the disk is. */
    public DiskSpace space() {
        return space;
    }

    /** Whether {@link #doWork} should be called soon rather than at its leisure. */
    public boolean needsWork() {
        final ActiveFile active = current;
        final ActiveFile next = prepared;
        final int wanted = rollWanted;
        return !space.isFull()
                && ((!isShort && active.allocatedUpTo() - active.file().dataEnd() < lookAhead / 2)
                        || active.wantedUpTo() > active.allocatedUpTo()
                        || (next != null && next.wantedUpTo() > next.allocatedUpTo())
                        || (wanted != 0 && (next == null || next.cycle() != wanted)));
    }

    // ---- the house-keeping thread ----

    public int doWork() throws IOException {
        final long nowNs = config.nanoClock().getAsLong();
        final boolean isDue = nowNs - checkedNs >= CHECK_INTERVAL_NS;
        if (!isDue && !needsWork()) {
            return 0;
        }
        checkedNs = nowNs;
        final boolean isEnough = space.look() && allocate();
        space.full(!isEnough);
        return 1;
    }

    /** Brings all files to where they should be; false if the disk refuses what is needed now. */
    private boolean allocate() throws IOException {
        final ActiveFile next = prepared;
        if (next != null && next == current) {
            prepared = null; // the appender has taken it
        }
        final ActiveFile active = current;
        final long end = active.file().dataEnd();
        final long left = active.allocatedUpTo() - end;
        if (left < lookAhead / 4 && end > seenEnd) {
            lookAhead = Math.min(config.preallocateMax(), 2 * lookAhead);
        }
        final boolean isMoving = end != seenEnd;
        if (!isMoving) { // what is allocated already stays until the file is finished
            lookAhead = Math.max(config.preallocateMin(), lookAhead / 2);
        }
        seenEnd = end;
        boolean enough = true;
        final long wantedUpTo = active.wantedUpTo(); // the appender may want more in a moment
        if (left < lookAhead || wantedUpTo > active.allocatedUpTo()) {
            isShort = !extendIfSpace(active, Math.max(end + lookAhead, wantedUpTo));
            enough =
                    !isShort
                            || (active.allocatedUpTo() >= wantedUpTo
                                    && active.allocatedUpTo() - end > MARGIN);
        }
        if (active != current) {
            return true; // it was finished meanwhile: what it lacked is nobody's want any more
        }
        final int wanted = rollWanted;
        final ActiveFile ahead = prepared;
        if (wanted > active.cycle()) {
            enough &= prepare(wanted);
        } else if (ahead != null && ahead.wantedUpTo() > ahead.allocatedUpTo()) {
            enough &= prepare(ahead.cycle()); // too short for the first block of its hour
        } else if (isMoving) {
            final int soon =
                    RollCycleNames.cycleOf(config.clockUs().getAsLong() + PREPARE_AHEAD_US);
            if (soon == active.cycle() + 1) {
                prepare(soon);
            }
        }
        return enough;
    }

    /** Has a file of zeros ready for a cycle; false if there is no space for it. */
    private boolean prepare(final int cycle) throws IOException {
        ActiveFile next = prepared;
        if (next == null || next.cycle() != cycle) {
            final Path path = config.directory().resolve(RollCycleNames.fileName(cycle));
            final RollFile file = new RollFile(cycle, path, 0);
            if (next == null) {
                if (space.left() < FILE_HEADER + 2 * MARGIN) {
                    return false;
                }
                next = new ActiveFile(file, ZeroedFiles.create(config.directory(), cycle), 0);
            } else { // one that was prepared and never used
                ZeroedFiles.rename(config.directory(), next.cycle(), cycle);
                next = new ActiveFile(file, next.channel(), next.allocatedUpTo());
            }
        }
        final long needed = Math.max(FILE_HEADER + 2 * MARGIN, next.wantedUpTo());
        final boolean isWholeStep = extendIfSpace(next, Math.max(needed, lookAhead));
        prepared = next;
        return isWholeStep || next.allocatedUpTo() >= needed;
    }

    /**
     * Extends by one step at most, as far as the free space above the threshold and the disk allow.
     *
     * @return false if they did not allow the whole step; that a step is shorter than what the
     *     appender wants by now says nothing about the disk.
     */
    private boolean extendIfSpace(final ActiveFile active, final long upTo) throws IOException {
        final long from = active.allocatedUpTo();
        final long step = Math.max(0, Math.min(upTo - from, EXTEND_MAX));
        final long target = from + Math.max(0, Math.min(step, space.left()));
        try {
            active.extend(zeros, target);
            space.taken(target - from);
        } catch (final IOException ex) {
            space.look();
            if (!space.isFull()) { // once, not with every further attempt
                LOG.warn("cannot allocate: file={} upTo={}", active.file(), target, ex);
            }
        }
        return active.allocatedUpTo() >= from + step;
    }

    // ---- the closing thread ----

    /** Closes all files and removes the one that was prepared for nothing. */
    public void close() throws IOException {
        final ActiveFile next = prepared;
        current.channel().close();
        for (ActiveFile file = rolled.poll(); file != null; file = rolled.poll()) {
            file.channel().close();
        }
        if (next != null && next != current) {
            next.channel().close();
        }
        ZeroedFiles.deleteUnused(config.directory());
    }

    private static FileChannel existing(final RollFile file) throws IOException {
        return FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}

package dev.weft.server.journal.recovery;

import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.ChannelFileBytes;
import dev.weft.server.journal.file.ChronicleHeader;
import dev.weft.server.journal.file.FileIo;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a journal directory into a state in which it may be appended to, before Chronicle is let
 * near it. A clean stop is verified by looking at its last block; anything else is scanned: the
 * last two roll files, every byte. A damaged last file is rewritten, because Chronicle's appender
 * trusts its header; older ones stay as they are, readers find their way through them. Chronicle's
 * table of locks and listings is derived from the files and is always made anew, which frees a lock
 * that a killed process left. Used once, by the thread that holds the directory lock.
 */
public final class Recovery {
    /** Where numbering goes on if even the reserved bound is unknown. */
    private static final long UNKNOWN_BOUND_SKIP = 1L << 32;

    private static final String CHRONICLE_TABLE = "metadata.cq4t";
    private static final int CHRONICLE_TABLE_LENGTH = 128 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final JournalConfig config;
    private final StateFile stateFile;
    private final PositionsFile positionsFile;
    private final Repair repair;
    private final List<String> damage = new ArrayList<>();
    private final List<String> endDamage = new ArrayList<>(); // of it, what may hide newer events
    private final List<SequenceRange> gaps = new ArrayList<>();
    private final List<Path> quarantined = new ArrayList<>();
    private final RollCatalog catalog;
    private final boolean hadFiles;
    private final boolean hadState;
    private Positions positions;
    private Tail tail = Tail.EMPTY;
    private boolean clean;

    /**
     * Where the journal ends.
     *
     * @param lastSequence 0 if there is no block.
     */
    public record Tail(
            int cycle,
            long endPosition,
            long lastBlockPosition,
            long lastSequence,
            long lastTimestamp,
            boolean isFinished) {
        static final Tail EMPTY = new Tail(-1, 0, -1, 0, 0, true);

        static Tail of(final RollFileScan scan) {
            return new Tail(
                    scan.file().cycle(),
                    scan.endPosition(),
                    scan.lastBlockPosition(),
                    scan.lastSequence(),
                    scan.lastTimestamp(),
                    scan.isFinished());
        }
    }

    public Recovery(
            final JournalConfig config, final StateFile stateFile, final PositionsFile positions)
            throws IOException {
        this.config = config;
        this.stateFile = stateFile;
        this.positionsFile = positions;
        this.positions = new Positions(config.positionSpacing());
        repair = new Repair(config);
        removeLeftovers();
        catalog = RollCatalog.list(config.directory());
        hadFiles = !catalog.isEmpty();
        hadState = stateFile.isFound();
    }

    public RollCatalog catalog() {
        return catalog;
    }

    public Positions positions() {
        return positions;
    }

    public Tail tail() {
        return tail;
    }

    public boolean isClean() {
        return clean;
    }

    public List<String> damage() {
        return damage;
    }

    public List<SequenceRange> gaps() {
        return gaps;
    }

    public List<Path> quarantined() {
        return quarantined;
    }

    /** Finds the end of the journal and repairs what has to be. */
    public void run() throws IOException {
        final JournalState state = stateFile.state();
        final Tail marked = state.clean() ? verifyMark(state) : null;
        positions = positionsFile.load(catalog, config.positionSpacing());
        if (marked != null) {
            clean = true;
            tail = marked;
            setDataEnd(tail);
            dropPositionsBehind(tail.cycle(), tail.endPosition());
        } else {
            scan();
        }
        scanUnindexed();
        findCopies();
        positionsFile.flush(positions);
        positionsFile.trim();
    }

    /**
     * Tells a roll file whose sequences another one has already: somebody copied it under a name
     * that is one of a roll file too. Readers pass over it, nothing is changed.
     */
    private void findCopies() {
        for (int i = 1; i < positions.size(); i++) {
            final int cycle = positions.cycle(i);
            if (cycle != positions.cycle(i - 1)
                    && positions.firstSequence(i) <= positions.firstSequence(i - 1)) {
                damage.add(
                        "two roll files have the same sequences, move the copy out of the directory:"
                                + " file="
                                + RollCycleNames.fileName(cycle)
                                + " other="
                                + RollCycleNames.fileName(positions.cycle(i - 1))
                                + " sequence="
                                + positions.firstSequence(i));
            }
        }
    }

    /** Chronicle could not work with the last file although its blocks are sound. */
    public void rewriteLast(final String why) throws IOException {
        final RollFile last = catalog.last();
        if (last == null) {
            return;
        }
        addEndDamage(why);
        clean = false;
        keepNumbersAbove(tail.lastSequence());
        quarantined.add(repair.rewrite(RollFileScan.of(last, config.positionSpacing(), true)));
        removeLeftovers();
        take(RollFileScan.of(last, config.positionSpacing(), true));
        positionsFile.flush(positions);
        positionsFile.trim();
    }

    /** Next sequence to give out, and with it whether some are skipped for safety. */
    public long nextSequence() {
        final long next = Math.max(tail.lastSequence() + 1, stateFile.state().nextSequenceMin());
        return mayHaveLost() ? Math.max(next, aboveAllGivenOut(tail.lastSequence())) : next;
    }

    /** Why sequences are skipped, or null. */
    public @Nullable String skipReason() {
        if (mayHaveLost()) {
            if (!hadState) {
                return stateFile.missing();
            }
            return endDamage.isEmpty()
                    ? "the machine was restarted without a clean stop"
                    : String.join("; ", endDamage);
        }
        return nextSequence() == tail.lastSequence() + 1
                ? null
                : "an earlier start skipped them and nothing was appended since";
    }

    private boolean mayHaveLost() {
        final JournalState state = stateFile.state();
        if (!hadState) {
            return hadFiles || !endDamage.isEmpty();
        }
        final boolean isOtherBoot = !state.bootId().equals(config.bootId().get());
        return !endDamage.isEmpty() || (!state.clean() && isOtherBoot);
    }

    /** Whether there are roll files, but nothing that tells how far numbers were given out. */
    public boolean isStateLost() {
        return hadFiles && !hadState;
    }

    private void addEndDamage(final String what) {
        damage.add(what);
        endDamage.add(what);
    }

    private long aboveAllGivenOut(final long lastSequence) {
        return hadState
                ? Math.max(stateFile.state().reservedUpTo(), lastSequence) + 1
                : lastSequence + UNKNOWN_BOUND_SKIP;
    }

    /**
     * Notes on disk that numbering goes on above all that may have been given out. Before anything
     * is repaired: a start that is killed after that finds no damage any more.
     */
    private void keepNumbersAbove(final long lastSequence) throws IOException {
        stateFile.write(stateFile.state().numberedFrom(aboveAllGivenOut(lastSequence)));
    }

    /** Whether the last file ends just as the clean stop left it; null if it does not. */
    private @Nullable Tail verifyMark(final JournalState state) throws IOException {
        final RollFile last = catalog.last();
        if (state.headSequence() == 0 && last == null) {
            return Tail.EMPTY;
        }
        if (last == null || last.cycle() != state.cycle()) {
            return null;
        }
        try (ChannelFileBytes bytes = new ChannelFileBytes(last)) {
            final BlockWalk walk = new BlockWalk(bytes, false);
            final long lastBlock = state.lastBlockPosition();
            if (lastBlock >= 0) {
                walk.position(lastBlock);
                if (walk.next() != BlockWalk.BLOCK || walk.lastSequence() != state.headSequence()) {
                    return null;
                }
            }
            if (ChronicleHeader.writePosition(bytes) != Math.max(lastBlock, 0)
                    || state.endPosition() + Long.BYTES > bytes.length()
                    || !bytes.load(state.endPosition(), RecordHeader.LENGTH)) {
                return null;
            }
            final int header =
                    bytes.memory()
                            .getInt(bytes.index(state.endPosition()), ByteOrder.LITTLE_ENDIAN);
            return header != RecordHeader.NONE
                    ? null
                    : new Tail(
                            state.cycle(),
                            state.endPosition(),
                            lastBlock,
                            state.headSequence(),
                            state.lastTimestamp(),
                            false);
        }
    }

    private void scan() throws IOException {
        final List<RollFile> withoutBlocks = new ArrayList<>();
        RollFileScan last = null;
        for (int i = catalog.files().size() - 1; i >= 0 && last == null; i--) {
            final RollFile file = catalog.files().get(i);
            final RollFileScan scan = RollFileScan.of(file, config.positionSpacing(), true);
            if (scan.damage() == null || scan.blockCount() > 0) {
                last = scan;
            } else {
                addEndDamage(scan.damage());
                withoutBlocks.add(file);
            }
        }
        final RollFileScan older = last == null ? null : scanOlder(last, withoutBlocks);
        final boolean isRewritten =
                last != null && (last.damage() != null || stateFile.state().repairWanted());
        if (last != null && isRewritten) {
            addEndDamage(
                    last.damage() != null
                            ? last.damage()
                            : "appending failed in the last run: file=" + last.file().path());
        }
        final long lastSequence = lastSequence(last, older);
        final long known =
                Math.max(stateFile.state().headSequence(), positionsFile.highestSequence());
        if (known > lastSequence) {
            addEndDamage("events lost at the end: last=" + lastSequence + " known=" + known);
        }
        if (!endDamage.isEmpty()) {
            keepNumbersAbove(lastSequence);
        }
        for (final RollFile file : withoutBlocks) {
            quarantined.add(repair.remove(file));
            catalog.remove(file);
        }
        if (last == null) {
            positions.truncate(0);
            positionsFile.keep(0);
            return;
        }
        if (isRewritten) {
            quarantined.add(repair.rewrite(last));
            last = RollFileScan.of(last.file(), config.positionSpacing(), true);
        } else {
            clearDirty(last);
        }
        gaps.addAll(last.gaps());
        final long before = older == null ? 0 : older.lastSequence();
        if (before > 0 && last.firstSequence() > before + 1) {
            gaps.add(new SequenceRange(before + 1, last.firstSequence() - 1));
        }
        if (older != null) {
            replacePositions(older);
        }
        take(last);
        if (last.blockCount() == 0 && older != null) {
            tail =
                    new Tail(
                            tail.cycle(),
                            tail.endPosition(),
                            -1,
                            older.lastSequence(),
                            older.lastTimestamp(),
                            tail.isFinished());
        }
    }

    private static long lastSequence(
            final @Nullable RollFileScan last, final @Nullable RollFileScan older) {
        final long inLast = last == null ? 0 : last.lastSequence();
        return inLast == 0 && older != null ? older.lastSequence() : inLast;
    }

    /**
     * The newest file before the last one that has a block; those between have none. What is
     * damaged there hides no newer event as long as the last file has one.
     */
    private @Nullable RollFileScan scanOlder(
            final RollFileScan last, final List<RollFile> withoutBlocks) throws IOException {
        RollFileScan scan = null;
        for (int i = catalog.files().size() - 1; i >= 0; i--) {
            final RollFile file = catalog.files().get(i);
            if (file.cycle() < last.file().cycle() && (scan == null || scan.blockCount() == 0)) {
                scan = RollFileScan.of(file, config.positionSpacing(), false);
                if (scan.damage() != null) {
                    if (last.blockCount() > 0) {
                        damage.add(scan.damage());
                    } else {
                        addEndDamage(scan.damage());
                    }
                    if (scan.blockCount() == 0) {
                        withoutBlocks.add(file);
                    }
                }
                gaps.addAll(scan.gaps());
            }
        }
        return scan;
    }

    private void take(final RollFileScan scan) {
        replacePositions(scan);
        tail = Tail.of(scan);
        setDataEnd(tail);
    }

    private void setDataEnd(final Tail end) {
        final RollFile last = catalog.last();
        if (last != null) {
            last.dataEnd(end.endPosition());
        }
    }

    /** Zeros a record that was never committed, so that nobody ever mistakes it for one. */
    private static void clearDirty(final RollFileScan scan) throws IOException {
        if (scan.lastDirtyPosition() < 0) {
            return;
        }
        try (FileChannel channel = FileChannel.open(scan.file().path(), StandardOpenOption.WRITE)) {
            final ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long at = scan.endPosition(); at <= scan.lastDirtyPosition(); ) {
                zeros.clear();
                zeros.limit((int) Math.min(zeros.capacity(), scan.lastDirtyPosition() + 1 - at));
                at += channel.write(zeros, at);
            }
        }
    }

    private void replacePositions(final RollFileScan scan) {
        dropPositionsBehind(scan.file().cycle(), 0);
        append(scan.positions());
    }

    private void append(final Positions more) {
        for (int i = 0; i < more.size(); i++) {
            with(more, i);
        }
    }

    private void with(final Positions more, final int i) {
        final Positions before = positions;
        positions =
                before.with(
                        more.firstSequence(i), more.timestamp(i), more.cycle(i), more.offset(i));
        if (positions != before) {
            positionsFile.keep(0);
        }
    }

    private void dropPositionsBehind(final int cycle, final long offset) {
        int size = positions.size();
        while (size > 0
                && (positions.cycle(size - 1) > cycle
                        || (positions.cycle(size - 1) == cycle
                                && positions.offset(size - 1) >= offset))) {
            size--;
        }
        positions.truncate(size);
        positionsFile.keep(size);
    }

    /** Finds the positions of files that have none, because their entries were lost. */
    private void scanUnindexed() throws IOException {
        final Positions known = positions;
        boolean isComplete = true;
        int taken = 0;
        for (final RollFile file : catalog.files()) {
            final boolean isIndexed = taken < known.size() && known.cycle(taken) == file.cycle();
            if (!isIndexed && (file.cycle() != tail.cycle() || tail.lastBlockPosition() >= 0)) {
                if (isComplete) {
                    isComplete = false;
                    positions = new Positions(config.positionSpacing());
                    copy(known, 0, taken);
                    positionsFile.keep(taken);
                }
                LOG.warn("no positions of a roll file, it is scanned: file={}", file.path());
                final RollFileScan scan = RollFileScan.of(file, config.positionSpacing(), false);
                if (scan.damage() != null
                        && scan.blockCount() == 0
                        && file.cycle() != tail.cycle()) {
                    damage.add(scan.damage());
                    quarantined.add(repair.remove(file));
                    catalog.remove(file);
                }
                append(scan.positions());
            }
            final int from = taken;
            while (taken < known.size() && known.cycle(taken) == file.cycle()) {
                taken++;
            }
            if (!isComplete) {
                copy(known, from, taken);
            }
        }
    }

    private void copy(final Positions from, final int first, final int end) {
        for (int i = first; i < end; i++) {
            with(from, i);
        }
    }

    /** Files that are derived, half made or never used. */
    private void removeLeftovers() throws IOException {
        resetTable();
        Preallocator.deletePrecreated(config.directory());
        repair.clear();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(config.directory(), "*" + RollCycleNames.SUFFIX)) {
            for (final Path path : files) {
                if (isUnbegun(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** All zeros, Chronicle takes it for new. Not deleted: on a full disk it could not be made. */
    private void resetTable() throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        config.directory().resolve(CHRONICLE_TABLE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            FileIo.write(channel, ByteBuffer.allocate(CHRONICLE_TABLE_LENGTH), 0);
            channel.truncate(CHRONICLE_TABLE_LENGTH);
        }
    }

    /** A roll file that the process was killed over before its header was complete. */
    private static boolean isUnbegun(final Path path) throws IOException {
        final ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.read(word, 0);
        }
        final int header = word.getInt(0);
        if (header != RecordHeader.NONE && header != RecordHeader.NOT_COMPLETE) {
            return false;
        }
        final RollFile file = new RollFile(0, path, Files.size(path));
        final RollFileScan scan = RollFileScan.of(file, Long.MAX_VALUE / 4, true);
        return scan.blockCount() == 0
                && (header == RecordHeader.NOT_COMPLETE || scan.lastDirtyPosition() < 0);
    }
}

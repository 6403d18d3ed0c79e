package dev.weft.server.journal.file;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.JournalMemory;
import dev.weft.server.journal.JournalReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks from the mapped roll files. The usual step follows the chain of records; whatever
 * does not continue the sequence there is looked into by a search from the last good block on, and
 * only what that search does not find is reported as a gap. Confined to the reading thread.
 */
public final class RollFileReader implements JournalReader {
    /** Position entries that are tried, from the wanted place backwards, before a whole file. */
    private static final int ENTRIES_TRIED_MAX = 64;

    private final ReadSource journal;
    private final RollCatalog catalog;
    private final DamageLog damageLog;
    private final MappedFileBytes bytes;
    private final BlockWalk walk;

    private @Nullable RollFile file;

    /** End of the last block that was good, in the current file: where a search begins. */
    private long trusted;

    private long expected = 1;

    /** Where the records broke off, if that explains the gap to come; null for nowhere. */
    private @Nullable RollFile brokenFile;

    private long brokenAt;
    private long gapFrom;
    private long gapTo;
    private long place = NO_PLACE;
    private final @Nullable CheckedPlaces checked;
    private boolean found; // the walk stands behind a block that next() has not handed out yet
    private boolean closed;

    public RollFileReader(
            final ReadSource journal,
            final RollCatalog catalog,
            final MappedWindows windows,
            final DamageLog damageLog) {
        this(journal, catalog, windows, damageLog, null);
    }

    /** The same with a memory of blocks that {@link #find} need not check again. */
    public RollFileReader(
            final ReadSource journal,
            final RollCatalog catalog,
            final MappedWindows windows,
            final DamageLog damageLog,
            final @Nullable CheckedPlaces checked) {
        this.journal = journal;
        this.catalog = catalog;
        this.damageLog = damageLog;
        this.checked = checked;
        bytes = new MappedFileBytes(windows);
        walk = new BlockWalk(bytes, true);
    }

    @Override
    public void seek(final long sequence) {
        if (sequence < 1) {
            throw new IllegalArgumentException("sequence must be from 1 on: sequence=" + sequence);
        }
        final boolean isHere = sequence == expected && file != null && !found;
        expected = sequence;
        found = false;
        if (!isHere) {
            final Positions positions = journal.positions();
            locate(positions, positions.floor(sequence));
        }
    }

    @Override
    public long sequenceAt(final long timestampUs) {
        final Positions positions = journal.positions();
        final int entry = positions.floorByTime(timestampUs);
        final long from =
                entry == Positions.NONE
                        ? Math.max(1, journal.oldestSequence())
                        : positions.firstSequence(entry);
        final BlockFlyweight view = new BlockFlyweight();
        seek(from);
        for (int status = next(view); status != END; status = next(view)) {
            if (status == BLOCK && view.timestamp(view.count() - 1) >= timestampUs) {
                for (int i = 0; i < view.count(); i++) {
                    if (view.timestamp(i) >= timestampUs) {
                        return view.firstSequence() + i;
                    }
                }
            }
        }
        return expected;
    }

    @Override
    public int next(final BlockFlyweight view) {
        if (closed) {
            throw new IllegalStateException("reader is closed");
        }
        final long head = journal.appendedSequence(); // acquires: what it covers can be read
        if (expected > head) {
            return END;
        }
        if (!found) {
            brokenFile = null;
            if (expected < journal.retainedFrom()) {
                return deleted(head);
            }
        }
        if (!found && !advance(head)) {
            return gap(head);
        }
        final long first = walk.firstSequence();
        if (first > expected) {
            found = true; // the next call hands it out
            return gap(first - 1);
        }
        found = false;
        expected = walk.lastSequence() + 1;
        trusted = walk.position();
        final RollFile holder = file;
        place =
                holder == null
                        ? NO_PLACE
                        : Places.of(holder.cycle(), walk.blockPosition() - RecordHeader.LENGTH);
        view.wrap(bytes.memory(), bytes.index(walk.blockPosition()), walk.blockLength());
        return BLOCK;
    }

    @Override
    public long place() {
        return place;
    }

    @Override
    public boolean find(final long wanted, final long sequence, final BlockFlyweight view) {
        found = false;
        final RollFile holder = wanted < 0 ? null : catalog.get(Places.cycle(wanted));
        if (closed
                || holder == null
                || sequence > journal.appendedSequence()
                || sequence < journal.retainedFrom()) {
            return false;
        }
        final boolean isChecked = checked != null && checked.contains(wanted);
        final long position = Places.offset(wanted);
        file = holder;
        bytes.file(holder);
        trusted = 0;
        if (isChecked ? !walk.again(position) : !walk.begins(position)) {
            file = null; // the next search begins with a seek
            return false;
        }
        if (checked != null && !isChecked) {
            checked.add(wanted);
        }
        final boolean holds = walk.firstSequence() <= sequence && sequence <= walk.lastSequence();
        if (holds) {
            view.wrap(bytes.memory(), bytes.index(walk.blockPosition()), walk.blockLength());
        }
        file = null;
        return holds;
    }

    @Override
    public long gapFrom() {
        return gapFrom;
    }

    @Override
    public long gapTo() {
        return gapTo;
    }

    @Override
    public void close() {
        closed = true;
        bytes.close();
    }

    @Override
    public @Nullable JournalMemory memory() {
        return bytes.handOn();
    }

    @Override
    public boolean letGo() {
        bytes.sweep();
        final RollFile current = bytes.file();
        if (current == null || !current.isDeleted()) {
            return false;
        }
        bytes.close();
        file = null;
        found = false;
        return true;
    }

    /**
     * The rest of what was deleted, at once: whatever file it stands in is not there for others.
     */
    private int deleted(final long head) {
        final long to = Math.min(journal.retainedFrom() - 1, head);
        bytes.close();
        file = null;
        return gap(to);
    }

    private int gap(final long to) {
        gapFrom = expected;
        gapTo = to;
        expected = to + 1;
        final RollFile broken = brokenFile;
        if (broken != null && !broken.isDeleted()) {
            damageLog.met(broken, brokenAt, gapFrom, gapTo);
        }
        return GAP;
    }

    /** Steps to the first block that ends at or after the expected sequence; false if none does. */
    private boolean advance(final long head) {
        if (file == null) {
            final Positions positions = journal.positions();
            locate(positions, positions.floor(expected));
            if (file == null) {
                return false;
            }
        }
        while (!walkTo(head) && !walk.search(trusted, expected, head)) {
            final RollFile next = nextFile();
            if (next == null) {
                return false;
            }
            open(next, 0);
        }
        return true;
    }

    /** The straight way: true if it arrives at a block that continues the sequence. */
    private boolean walkTo(final long head) {
        int step = walk.next();
        for (; step == BlockWalk.BLOCK; step = walk.next()) {
            final long last = walk.lastSequence();
            if (last >= expected) {
                return walk.firstSequence() <= expected && last <= head;
            }
            trusted = walk.position();
        }
        if (step == BlockWalk.DAMAGED && brokenFile == null) {
            brokenFile = file;
            brokenAt = walk.position();
        }
        return isContinuedInNextFile(head);
    }

    /** Enters the next file if it begins with just the expected sequence: nothing is missing. */
    private boolean isContinuedInNextFile(final long head) {
        final RollFile before = file;
        final RollFile next = nextFile();
        if (before == null || next == null) {
            return false;
        }
        final long trustedBefore = trusted;
        open(next, 0);
        if (walk.next() == BlockWalk.BLOCK
                && walk.firstSequence() <= expected
                && walk.lastSequence() >= expected
                && walk.lastSequence() <= head) {
            return true;
        }
        open(before, trustedBefore);
        return false;
    }

    private @Nullable RollFile nextFile() {
        final RollFile current = file;
        return current == null ? null : catalog.next(current);
    }

    private void open(final RollFile other, final long position) {
        file = other;
        bytes.file(other);
        walk.position(position);
        trusted = position;
    }

    /** Goes to the nearest good entry at or before the wanted sequence, else to a file's start. */
    private void locate(final Positions positions, final int floor) {
        int entry = floor;
        int cycle = 0;
        for (int i = 0; i < ENTRIES_TRIED_MAX && entry >= 0; i++, entry--) {
            cycle = positions.cycle(entry);
            final RollFile candidate = catalog.get(cycle);
            if (candidate != null) {
                open(candidate, positions.offset(entry));
                if (walk.next() == BlockWalk.BLOCK
                        && walk.firstSequence() == positions.firstSequence(entry)) {
                    walk.position(positions.offset(entry));
                    return;
                }
            }
        }
        final RollFile start = catalog.atOrAfter(entry < 0 ? 0 : cycle);
        if (start == null) {
            file = null;
        } else {
            open(start, 0);
        }
    }
}

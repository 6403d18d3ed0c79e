package dev.weft.server.journal.recovery;

import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a journal directory into a state in which it may be appended to, before Chronicle is let
 * near it. A clean stop is verified by looking at its last block; anything else is scanned: the
 * last two roll files, every byte. A damaged last file is rewritten, because Chronicle's appender
 * trusts its header; older ones stay as they are, readers find their way through them. Used once,
 * by the thread that holds the directory lock.
 */
public final class Recovery {
    private final JournalConfig config;
    private final StateFile stateFile;
    private final Repair repair;
    private final Findings findings = new Findings();
    private final RecoveredPositions positions;
    private final RollCatalog catalog;
    private final Numbering numbering;
    private Tail tail = Tail.EMPTY;
    private boolean clean;

    public Recovery(
            final JournalConfig config,
            final StateFile stateFile,
            final PositionsFile positionsFile)
            throws IOException {
        this.config = config;
        this.stateFile = stateFile;
        repair = new Repair(config);
        positions =
                new RecoveredPositions(positionsFile, config.positionSpacing(), repair, findings);
        removeLeftovers();
        catalog = RollCatalog.list(config.directory());
        numbering = new Numbering(config, stateFile, findings, !catalog.isEmpty());
    }

    public RollCatalog catalog() {
        return catalog;
    }

    public Positions positions() {
        return positions.get();
    }

    public Tail tail() {
        return tail;
    }

    public boolean isClean() {
        return clean;
    }

    public Findings findings() {
        return findings;
    }

    /** To be asked when recovery is through. */
    public Numbering numbering() {
        return numbering;
    }

    /** Finds the end of the journal and repairs what has to be. */
    public void run() throws IOException {
        final Tail marked = Tail.marked(stateFile.state(), catalog.last());
        positions.load(catalog);
        if (marked != null) {
            clean = true;
            tail = marked;
            setDataEnd(tail);
            positions.dropBehind(tail.cycle(), tail.endPosition());
        } else {
            scan();
        }
        positions.scanUnindexed(catalog, tail);
        positions.findCopies();
        positions.flush();
    }

    /** Chronicle could not work with the last file although its blocks are sound. */
    public void rewriteLast(final String why) throws IOException {
        final RollFile last = catalog.last();
        if (last == null) {
            return;
        }
        findings.damagedAtTheEnd(why);
        clean = false;
        numbering.keepAbove(tail.lastSequence());
        findings.putAside(repair.rewrite(RollFileScan.of(last, config.positionSpacing(), true)));
        removeLeftovers();
        take(RollFileScan.of(last, config.positionSpacing(), true));
        positions.flush();
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
                findings.damagedAtTheEnd(scan.damage());
                withoutBlocks.add(file);
            }
        }
        final RollFileScan older = last == null ? null : scanOlder(last, withoutBlocks);
        final boolean isRewritten =
                last != null && (last.damage() != null || stateFile.state().repairWanted());
        if (last != null && isRewritten) {
            findings.damagedAtTheEnd(
                    last.damage() != null
                            ? last.damage()
                            : "appending failed in the last run: file=" + last.file().path());
        }
        final long lastSequence = lastSequence(last, older);
        final long known = Math.max(stateFile.state().headSequence(), positions.highestSequence());
        if (known > lastSequence) {
            findings.damagedAtTheEnd(
                    "events lost at the end: last=" + lastSequence + " known=" + known);
        }
        if (!findings.endDamage().isEmpty()) {
            numbering.keepAbove(lastSequence);
        }
        for (final RollFile file : withoutBlocks) {
            findings.putAside(repair.remove(file));
            catalog.remove(file);
        }
        if (last == null) {
            positions.clear();
            return;
        }
        if (isRewritten) {
            findings.putAside(repair.rewrite(last));
            last = RollFileScan.of(last.file(), config.positionSpacing(), true);
        } else {
            Repair.clearUncommitted(last);
        }
        findings.missing(last.gaps());
        final long before = older == null ? 0 : older.lastSequence();
        if (before > 0 && last.firstSequence() > before + 1) {
            findings.missing(List.of(new SequenceRange(before + 1, last.firstSequence() - 1)));
        }
        if (older != null) {
            positions.replace(older);
        }
        take(last);
        if (last.blockCount() == 0 && older != null) {
            tail = tail.behind(older);
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
                        findings.damaged(scan.damage());
                    } else {
                        findings.damagedAtTheEnd(scan.damage());
                    }
                    if (scan.blockCount() == 0) {
                        withoutBlocks.add(file);
                    }
                }
                findings.missing(scan.gaps());
            }
        }
        return scan;
    }

    private void take(final RollFileScan scan) {
        positions.replace(scan);
        tail = Tail.of(scan);
        setDataEnd(tail);
    }

    private void setDataEnd(final Tail end) {
        final RollFile last = catalog.last();
        if (last != null) {
            last.dataEnd(end.endPosition());
        }
    }

    private void removeLeftovers() throws IOException {
        repair.clear();
        Leftovers.remove(config.directory());
    }
}

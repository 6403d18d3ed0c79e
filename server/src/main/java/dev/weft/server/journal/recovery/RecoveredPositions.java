package dev.weft.server.journal.recovery;

import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The positions of a journal while it is recovered: those of their file, as far as the roll files
 * bear them out, and scanned ones for the rest. They and their file are brought along together.
 * Thread: the opening one.
 */
final class RecoveredPositions {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveredPositions.class);

    private final PositionsFile file;
    private final long spacing;
    private final Repair repair;
    private final Findings findings;
    private Positions positions;

    RecoveredPositions(
            final PositionsFile file,
            final long spacing,
            final Repair repair,
            final Findings findings) {
        this.file = file;
        this.spacing = spacing;
        this.repair = repair;
        this.findings = findings;
        positions = new Positions(spacing);
    }

    Positions get() {
        return positions;
    }

    /** Newest sequence that the file ever had a position of. */
    long highestSequence() {
        return file.highestSequence();
    }

    void load(final RollCatalog catalog) throws IOException {
        positions = file.load(catalog, spacing);
    }

    void clear() {
        positions.truncate(0);
        file.keep(0);
    }

    void flush() throws IOException {
        file.flush(positions);
        file.trim();
    }

    /** Takes those of a scan for a file and drops what was known of it and behind it. */
    void replace(final RollFileScan scan) {
        dropBehind(scan.file().cycle(), 0);
        append(scan.positions());
    }

    /** Drops those at or behind an offset of a file, and of all later files. */
    void dropBehind(final int cycle, final long offset) {
        int size = positions.size();
        while (size > 0
                && (positions.cycle(size - 1) > cycle
                        || (positions.cycle(size - 1) == cycle
                                && positions.offset(size - 1) >= offset))) {
            size--;
        }
        positions.truncate(size);
        file.keep(size);
    }

    /** Finds the positions of files that have none, because their entries were lost. */
    void scanUnindexed(final RollCatalog catalog, final Tail tail) throws IOException {
        final Positions known = positions;
        boolean isComplete = true;
        int taken = 0;
        for (final RollFile rollFile : catalog.files()) {
            final boolean isIndexed =
                    taken < known.size() && known.cycle(taken) == rollFile.cycle();
            if (!isIndexed && (rollFile.cycle() != tail.cycle() || tail.lastBlockPosition() >= 0)) {
                if (isComplete) {
                    isComplete = false;
                    positions = new Positions(spacing);
                    copy(known, 0, taken);
                    file.keep(taken);
                }
                LOG.warn("no positions of a roll file, it is scanned: file={}", rollFile.path());
                final RollFileScan scan = RollFileScan.of(rollFile, spacing, false);
                if (scan.damage() != null
                        && scan.blockCount() == 0
                        && rollFile.cycle() != tail.cycle()) {
                    findings.damaged(scan.damage());
                    findings.putAside(repair.remove(rollFile));
                    catalog.remove(rollFile);
                }
                append(scan.positions());
            }
            final int from = taken;
            while (taken < known.size() && known.cycle(taken) == rollFile.cycle()) {
                taken++;
            }
            if (!isComplete) {
                copy(known, from, taken);
            }
        }
    }

    /**
     * Tells a roll file whose sequences another one has already: somebody copied it under a name
     * that is one of a roll file too. Readers pass over it, nothing is changed.
     */
    void findCopies() {
        for (int i = 1; i < positions.size(); i++) {
            final int cycle = positions.cycle(i);
            if (cycle != positions.cycle(i - 1)
                    && positions.firstSequence(i) <= positions.firstSequence(i - 1)) {
                findings.damaged(
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

    private void copy(final Positions from, final int first, final int end) {
        for (int i = first; i < end; i++) {
            with(from, i);
        }
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
            file.keep(0);
        }
    }
}

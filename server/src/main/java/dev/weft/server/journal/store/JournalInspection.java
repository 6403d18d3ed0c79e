package dev.weft.server.journal.store;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.FileBytes;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import dev.weft.server.journal.recovery.JournalState;
import dev.weft.server.journal.recovery.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An offline look at a journal: every byte of every roll file is read and checked, nothing is
 * changed and no lock is taken, so it may also look at a journal that a server is appending to. One
 * thread; single use.
 */
public final class JournalInspection {
    private static final String QUARANTINE = "quarantine";
    private static final long POSITION_SPACING = 64 * 1024;

    private final Path directory;
    private final BlockListener listener;
    private final BlockFlyweight view = new BlockFlyweight();
    private final List<FileFacts> files = new ArrayList<>();
    private final List<SequenceRange> gaps = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();
    private Positions positions = new Positions(POSITION_SPACING);
    private int nextPosition;
    private int rightPositions;
    private long previousLast;
    private long eventCount;
    private long firstTimestamp;

    /** Is shown every valid block, in the order of the journal. */
    @FunctionalInterface
    public interface BlockListener {
        /**
         * One block.
         *
         * @param position of its first byte in the file.
         * @param block valid until the return.
         */
        void onBlock(String file, long position, BlockFlyweight block);
    }

    /**
     * One roll file.
     *
     * @param firstSequence 0, as all of the following, if it holds no block.
     * @param firstTimestamp microseconds since the epoch.
     * @param dataLength bytes up to the end of the last record.
     * @param isFinished whether it has its end mark.
     */
    public record FileFacts(
            String name,
            long length,
            long dataLength,
            long blockCount,
            long eventCount,
            long firstSequence,
            long lastSequence,
            long firstTimestamp,
            long lastTimestamp,
            boolean isFinished) {}

    /**
     * A journal as a whole.
     *
     * @param gaps sequences between the first and the last one that are not there. A {@code
     *     journal.recovered} event names those that were skipped on purpose.
     * @param damages where and what, one sentence each.
     * @param state what the server noted about itself, null if there is no readable note.
     * @param positionCount entries of the index of positions.
     * @param wrongPositionCount entries that point to no block; readers do not trust them, a start
     *     makes them anew.
     * @param quarantined damaged files that a repair kept.
     */
    public record Facts(
            List<FileFacts> files,
            long eventCount,
            List<SequenceRange> gaps,
            List<String> damages,
            @Nullable StateFacts state,
            int positionCount,
            int wrongPositionCount,
            List<String> quarantined) {}

    /**
     * What the server noted about itself.
     *
     * @param reservedUpTo no sequence above was ever given out.
     * @param headSequence newest event at the clean stop, 0 otherwise.
     */
    public record StateFacts(
            long reservedUpTo, boolean isCleanStop, long headSequence, String bootId) {}

    private JournalInspection(final Path directory, final BlockListener listener) {
        this.directory = directory;
        this.listener = listener;
    }

    /**
     * Looks at all of a journal.
     *
     * @throws NoSuchFileException if there is no journal.
     */
    public static Facts of(final Path directory, final BlockListener listener) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        return new JournalInspection(directory, listener).run();
    }

    private Facts run() throws IOException {
        final long known = PositionsFile.peekHighest(directory); // first: a server may be appending
        final RollCatalog catalog = RollCatalog.list(directory);
        final JournalState state = StateFile.peek(directory);
        if (catalog.isEmpty() && state == null) {
            throw new NoSuchFileException(directory + ": no journal in it");
        }
        positions = PositionsFile.peek(directory, catalog, POSITION_SPACING);
        for (final RollFile file : catalog.files()) {
            inspect(file, file == catalog.last());
        }
        if (state != null && state.clean() && state.headSequence() > previousLast) {
            damages.add(
                    "events lost at the end: last="
                            + previousLast
                            + " atTheCleanStop="
                            + state.headSequence());
        }
        if (state == null) {
            damages.add(
                    StateFile.NAME
                            + " is missing, empty or not valid: the next start skips sequences,"
                            + " because it cannot know how far they were given out");
        }
        if (known > previousLast && (state == null || state.headSequence() <= previousLast)) {
            damages.add(
                    "events lost at the end: last="
                            + previousLast
                            + " knownByThePositions="
                            + known);
        }
        return new Facts(
                files,
                eventCount,
                gaps,
                damages,
                state == null
                        ? null
                        : new StateFacts(
                                state.reservedUpTo(),
                                state.clean(),
                                state.headSequence(),
                                state.bootId()),
                positions.size(),
                positions.size() - rightPositions,
                quarantined());
    }

    private void inspect(final RollFile file, final boolean isLast) throws IOException {
        final long eventsBefore = eventCount;
        firstTimestamp = 0;
        final RollFileScan scan =
                RollFileScan.inspect(file, isLast, (walk, bytes) -> block(file, walk, bytes));
        damages.addAll(scan.damages());
        if (scan.blockCount() > 0) {
            if (previousLast > 0 && scan.firstSequence() > previousLast + 1) {
                gaps.add(new SequenceRange(previousLast + 1, scan.firstSequence() - 1));
            } else if (scan.firstSequence() <= previousLast) {
                damages.add(
                        "sequence goes back between files: file="
                                + file.path().getFileName()
                                + " first="
                                + scan.firstSequence()
                                + " previousFileEndsAt="
                                + previousLast);
            }
            previousLast = Math.max(previousLast, scan.lastSequence());
        }
        gaps.addAll(scan.gaps());
        files.add(
                new FileFacts(
                        String.valueOf(file.path().getFileName()),
                        Files.size(file.path()),
                        scan.endPosition(),
                        scan.blockCount(),
                        eventCount - eventsBefore,
                        scan.firstSequence(),
                        scan.lastSequence(),
                        firstTimestamp,
                        scan.lastTimestamp(),
                        scan.isFinished()));
    }

    private void block(final RollFile file, final BlockWalk walk, final FileBytes bytes) {
        view.wrap(bytes.memory(), bytes.index(walk.blockPosition()), walk.blockLength());
        if (firstTimestamp == 0) {
            firstTimestamp = view.timestamp(0);
        }
        eventCount += view.count();
        comparePositions(file.cycle(), walk.blockPosition() - RecordHeader.LENGTH);
        final String wrong = wrongInside();
        if (wrong != null) {
            damages.add(
                    wrong
                            + ": file="
                            + file.path().getFileName()
                            + " position="
                            + walk.blockPosition());
        }
        listener.onBlock(String.valueOf(file.path().getFileName()), walk.blockPosition(), view);
    }

    /** Entries and blocks come in the same order, so each entry is compared once. */
    private void comparePositions(final int cycle, final long headerPosition) {
        while (nextPosition < positions.size()) {
            final boolean isBefore =
                    positions.cycle(nextPosition) < cycle
                            || (positions.cycle(nextPosition) == cycle
                                    && positions.offset(nextPosition) < headerPosition);
            final boolean isHere =
                    positions.cycle(nextPosition) == cycle
                            && positions.offset(nextPosition) == headerPosition;
            if (isHere && positions.firstSequence(nextPosition) == view.firstSequence()) {
                rightPositions++;
            } else if (!isBefore && !isHere) {
                return;
            }
            nextPosition++;
        }
    }

    /** What the checksum cannot see: a block that was written wrong. */
    private @Nullable String wrongInside() {
        int position = view.framesOffset();
        for (int i = 0; i < view.count(); i++) {
            final long sequence = view.firstSequence() + i;
            if (view.frameOffset(i) != position || view.frameLength(i) > view.length() - position) {
                return "frame out of place: sequence=" + sequence;
            }
            final byte[] id = ("id: " + sequence + "\n").getBytes(StandardCharsets.US_ASCII);
            for (int j = 0; j < id.length; j++) {
                if (j >= view.frameLength(i) || view.buffer().getByte(position + j) != id[j]) {
                    return "frame with another id than its sequence: sequence=" + sequence;
                }
            }
            position += view.frameLength(i);
        }
        return position == view.length() ? null : "bytes behind the last frame";
    }

    private List<String> quarantined() throws IOException {
        final List<String> names = new ArrayList<>();
        final Path quarantine = directory.resolve(QUARANTINE);
        if (Files.isDirectory(quarantine)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(quarantine)) {
                entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
            }
        }
        return names;
    }
}

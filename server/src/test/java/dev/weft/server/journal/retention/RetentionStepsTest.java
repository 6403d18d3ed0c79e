package dev.weft.server.journal.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.Forcer;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.file.MappedWindows;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of a deletion, with files that hold nothing. */
class RetentionStepsTest {
    private static final int FIRST_CYCLE = 100;
    private static final int FILES = 8;
    private static final int ENTRIES_PER_FILE = 7;
    private static final int ENTRIES_MAX = 64;
    private static final long SPACING = 1_024;
    private static final long FILE_BYTES = ENTRIES_PER_FILE * SPACING;

    @TempDir private Path directory;
    private final List<Integer> filesLeftAtForce = new ArrayList<>();
    private Positions positions = new Positions(SPACING, ENTRIES_MAX);
    private long head;
    private long nowNs;
    private boolean refusing;

    private final Forcer forcer =
            new Forcer() {
                @Override
                public void force(final FileChannel channel) {
                    throw new AssertionError("no file is forced here");
                }

                @Override
                public void forceDirectory(final Path forced) throws IOException {
                    assertThat(forced).isEqualTo(directory);
                    filesLeftAtForce.add(fileCount());
                    if (refusing) {
                        throw new IOException("refused");
                    }
                }
            };

    private final Retention.Source source =
            new Retention.Source() {
                @Override
                public long appendedSequence() {
                    return head;
                }

                @Override
                public long newestTimestamp() {
                    return head;
                }

                @Override
                public Positions positions() {
                    return positions;
                }

                @Override
                public boolean isFinished(final RollFile file) {
                    return true;
                }

                @Override
                public boolean isSpaceShort() {
                    return false;
                }
            };

    @BeforeEach
    void makeFiles() throws IOException {
        for (int i = 0; i < FILES; i++) {
            final String name = RollCycleNames.fileName(FIRST_CYCLE + i);
            Files.write(directory.resolve(name), new byte[(int) FILE_BYTES]);
            for (int entry = 0; entry < ENTRIES_PER_FILE; entry++) {
                head++;
                positions = positions.with(head, head, FIRST_CYCLE + i, entry * SPACING);
            }
        }
    }

    private Retention retention() throws IOException {
        final JournalConfig config =
                JournalConfig.of(directory)
                        .nanoClock(() -> nowNs)
                        .forcer(forcer)
                        .retention(new RetentionLimits(0, 0, 2 * ENTRIES_PER_FILE, 0));
        return new Retention(
                config, RollCatalog.list(directory), new MappedWindows(1 << 20, 1 << 18));
    }

    private int doWork(final Retention retention) {
        nowNs += TimeUnit.SECONDS.toNanos(2);
        return retention.doWork(source);
    }

    private int fileCount() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            return (int) left.count();
        }
    }

    @Test
    void shouldForceTheDirectoryAfterEachFile() throws IOException {
        assertThat(doWork(retention())).isEqualTo(FILES - 2);
        assertThat(filesLeftAtForce).containsExactly(7, 6, 5, 4, 3, 2);
    }

    @Test
    void shouldDeleteNoFurtherFileBeforeTheDirectoryIsForced() throws IOException {
        final Retention retention = retention();
        refusing = true;
        assertThat(doWork(retention)).isZero();
        assertThat(doWork(retention)).isZero();
        assertThat(fileCount()).isEqualTo(FILES - 1);
        assertThat(filesLeftAtForce).containsExactly(7, 7);
        refusing = false;
        assertThat(doWork(retention)).isEqualTo(FILES - 2);
        assertThat(fileCount()).isEqualTo(2);
    }

    @Test
    void shouldMakeRoomAmongThePositionsOfThoseThatStay() throws IOException {
        assertThat(doWork(retention())).isEqualTo(FILES - 2);
        for (int entry = 0; entry < 2 * ENTRIES_PER_FILE; entry++) { // more than there is room for
            head++;
            positions = positions.with(head, head, FIRST_CYCLE + FILES, entry * SPACING);
        }
        assertThat(positions.spacing()).as("no need to keep fewer").isEqualTo(SPACING);
        assertThat(positions.firstOf(FIRST_CYCLE)).isEqualTo(Positions.NONE);
    }
}

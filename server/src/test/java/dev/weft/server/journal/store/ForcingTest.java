package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForcingTest {
    private static final int CYCLE = RollCycleNames.cycleOf(JournalHarness.START_US);

    private static final int HEADER = RecordHeader.LENGTH; // nothing but one record without bytes
    @TempDir Path directory;
    private boolean refuses;

    /** Retention deletes a file that is finished. */
    @Test
    void shouldCallAFileFinishedOnlyWhenItIsForced() throws IOException {
        final JournalConfig config = JournalHarness.small(directory);
        final Forcing[] running = new Forcing[1];
        final List<Boolean> meanwhile = new ArrayList<>();
        final RollFile first = file(CYCLE);
        Files.createFile(first.path());
        config.forcer(channel -> meanwhile.add(running[0].isFinished(first)));
        final Preallocator preallocator = Preallocator.open(config, first);
        try {
            final Forcing forcing = new Forcing(config, preallocator, () -> 5);
            running[0] = forcing;
            assertThat(forcing.isFinished(first)).as("the current one").isFalse();
            assertThat(preallocator.admit(CYCLE + 1, 0, 100)).isEqualTo(Journal.BACK_PRESSURED);
            preallocator.doWork();
            preallocator.roll();
            assertThat(forcing.isFinished(first)).as("not forced").isFalse();
            forcing.forceFinished();
            assertThat(meanwhile).containsExactly(false);
            assertThat(forcing.isFinished(first)).isTrue();
        } finally {
            preallocator.close();
        }
    }

    /** The journal learns of the failure a moment later; who closes it may come in between. */
    @Test
    void shouldForceNothingOnceForcingHasFailed() throws IOException {
        final JournalConfig config = JournalHarness.small(directory);
        config.forcer(
                channel -> {
                    if (refuses) {
                        throw new IOException("Input/output error");
                    }
                });
        final Preallocator preallocator = Preallocator.open(config, file(CYCLE));
        try {
            final Forcing forcing = new Forcing(config, preallocator, () -> 5);
            refuses = true;
            assertThatThrownBy(forcing::force).isInstanceOf(IOException.class);
            refuses = false; // a device that says yes again has still lost the pages
            assertThatThrownBy(forcing::force).isInstanceOf(JournalException.class);
            assertThatThrownBy(forcing::forceFinished).isInstanceOf(JournalException.class);
            assertThat(forcing.durableSequence()).isZero();
        } finally {
            preallocator.close();
        }
    }

    private RollFile file(final int cycle) {
        return new RollFile(cycle, directory.resolve(RollCycleNames.fileName(cycle)), HEADER);
    }
}

package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForcingTest {
    @TempDir Path directory;
    private boolean refuses;

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
        final int cycle = RollCycleNames.cycleOf(JournalHarness.START_US);
        final Path path = directory.resolve(RollCycleNames.fileName(cycle));
        final Preallocator preallocator = Preallocator.open(config, new RollFile(cycle, path, 0));
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
}

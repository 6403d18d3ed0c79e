package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times that jump between blocks: every append is taken, in order, and seen. */
class JournalClockFaultTest {
    private static final long HOUR_US = JournalHarness.HOUR_US;
    @TempDir Path directory;

    @ParameterizedTest(name = "{0} hours")
    @ValueSource(longs = {-48, -1, 1, 400 * 24})
    void shouldKeepOrderWhenTheClockJumps(final long hours) {
        final SplittableRandom random = new SplittableRandom(hours);
        long head = 0;
        for (int run = 0; run < 2; run++) {
            try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
                assertThat(harness.report.damage()).isEmpty();
                assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
                for (final long step : List.of(0L, HOUR_US, hours * HOUR_US, -HOUR_US, HOUR_US)) {
                    harness.clockUs += step;
                    harness.appendSome(random, 50);
                }
                head = harness.journal.appendedSequence();
                final JournalHarness.Seen seen = harness.readFrom(1);
                assertThat(seen.gaps).isEmpty();
                assertThat(seen.events).isEqualTo(head);
            }
        }
    }
}

package dev.weft.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleJournalTest {
    @TempDir Path directory;

    @Test
    void shouldReadBackWhatWasAppendedOverRolls() {
        final SplittableRandom random = new SplittableRandom(1);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.journal.oldestSequence()).isEqualTo(1);
            for (int hour = 0; hour < 4; hour++) {
                harness.appendSome(random, 2_000);
                harness.clockUs += JournalHarness.HOUR_US;
            }
            final JournalHarness.Seen seen = harness.readFrom(1);
            assertThat(seen.gaps).isEmpty();
            assertThat(seen.events).isEqualTo(harness.journal.appendedSequence());
            assertThat(seen.blocks).isEqualTo(8_000);
        }
    }

    @Test
    void shouldGoOnAfterCleanStop() {
        final SplittableRandom random = new SplittableRandom(2);
        long head = 0;
        for (int run = 0; run < 4; run++) {
            try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
                assertThat(harness.report.damage()).isEmpty();
                assertThat(harness.report.skipped()).isNull();
                assertThat(harness.report.clean()).isEqualTo(run > 0);
                assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
                harness.appendSome(random, 500);
                head = harness.journal.appendedSequence();
                final JournalHarness.Seen seen = harness.readFrom(1);
                assertThat(seen.gaps).isEmpty();
                assertThat(seen.events).isEqualTo(head);
            }
        }
    }

    @Test
    void shouldSeekToAnySequenceAndTime() {
        final SplittableRandom random = new SplittableRandom(3);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.appendSome(random, 1_000);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.appendSome(random, 1_000);
            final long head = harness.journal.appendedSequence();
            final BlockFlyweight view = new BlockFlyweight();
            try (JournalReader reader = harness.journal.newReader()) {
                for (int i = 0; i < 1_000; i++) {
                    final long sequence = 1 + random.nextLong(head);
                    reader.seek(sequence);
                    assertThat(reader.next(view)).isEqualTo(JournalReader.BLOCK);
                    assertThat(view.firstSequence()).isLessThanOrEqualTo(sequence);
                    assertThat(view.lastSequence()).isGreaterThanOrEqualTo(sequence);
                    final long time = view.timestamp((int) (sequence - view.firstSequence()));
                    assertThat(reader.sequenceAt(time)).isEqualTo(sequence);
                }
                assertThat(reader.sequenceAt(0)).isEqualTo(1);
                assertThat(reader.sequenceAt(Long.MAX_VALUE)).isEqualTo(head + 1);
                reader.seek(head + 1);
                assertThat(reader.next(view)).isEqualTo(JournalReader.END);
            }
        }
    }
}

package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleJournalTest {
    /** A change here is a change of the format on disk: it needs a new version number. */
    private static final String GOLDEN_BLOCK =
            "574546547677e3e201000000c8000000010000000000000002000000a0000000"
                    + "a00000001400000000c8a24eb260060000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "b40000001400000001c8a24eb260060000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "69643a20310a646174613a206f6570786c670a0a69643a20320a646174613a20"
                    + "75756d6d67780a0a";

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
    void shouldGiveBackWhatWasAllocatedBehindAFinishedFile() throws IOException {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.append(1, 100);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.append(1, 100);
            assertThat(harness.journal.hasFinishedFiles()).isTrue();
            assertThat(harness.journal.forceFinished()).isEqualTo(1);
            assertThat(harness.journal.hasFinishedFiles()).isFalse();
            final Path finished = Directories.rollFiles(directory).get(0);
            assertThat(Files.size(finished)).isLessThan(80_000);
            harness.append(1, 100);
            assertThat(harness.readFrom(1).events).isEqualTo(3);
        }
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.readFrom(1).events).isEqualTo(3);
        }
    }

    @Test
    void shouldKeepBlocksAsTheyWereEncoded() throws IOException {
        final byte[] block = new byte[200];
        final int length;
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            length = harness.blocks.encode(1, 2, JournalHarness.START_US, 20);
            harness.blocks.buffer().getBytes(0, block, 0, length);
            assertThat(harness.journal.append(harness.blocks.buffer(), 0, length))
                    .isEqualTo(Journal.APPENDED);
        }
        assertThat(HexFormat.of().formatHex(block, 0, length)).isEqualTo(GOLDEN_BLOCK);
        final byte[] file = Files.readAllBytes(Directories.rollFiles(directory).get(0));
        final ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int position = 0; // metadata records: Chronicle's header and indexes, and ours
        while ((bytes.getInt(position) & 0xC000_0000) == 0x4000_0000) {
            position += 4 + (bytes.getInt(position) & 0x3FFF_FFFF);
            position = (position + 3) & ~3;
        }
        assertThat(bytes.getInt(position)).isEqualTo(length);
        assertThat(Arrays.copyOfRange(file, position + 4, position + 4 + length))
                .isEqualTo(Arrays.copyOf(block, length));
        assertThat(bytes.getInt((position + 4 + length + 3) & ~3)).isZero();
    }

    @Test
    void shouldShowAReaderOnlyWhatIsThereWhileItIsAppended() throws Exception {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            final long last = 30_000;
            final FutureTask<Long> following = new FutureTask<>(() -> follow(harness, last));
            final Thread thread = new Thread(following, "reader");
            thread.start();
            while (harness.journal.appendedSequence() < last) {
                harness.append(3, 60);
                harness.clockUs += JournalHarness.HOUR_US / 2_000;
            }
            assertThat(following.get(1, TimeUnit.MINUTES)).isGreaterThanOrEqualTo(last);
        }
    }

    /** Reads up to a sequence close behind a moving head; fails on a gap. */
    private static long follow(final JournalHarness harness, final long last) {
        final BlockFlyweight view = new BlockFlyweight();
        long sequence = 0;
        try (JournalReader reader = harness.journal.newReader()) {
            reader.seek(1);
            while (sequence < last) {
                final int found = reader.next(view);
                if (found == JournalReader.END) {
                    Thread.onSpinWait();
                    continue;
                }
                assertThat(found).isEqualTo(JournalReader.BLOCK);
                assertThat(view.firstSequence()).isEqualTo(sequence + 1);
                sequence = view.lastSequence();
            }
        }
        return sequence;
    }

    @Test
    void shouldSayWhereToBeginForSoManyBytes() {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.journal.sequenceWithin(1_000)).isEqualTo(1);
            for (int hour = 0; hour < 3; hour++) { // large ones first, then small ones
                for (int i = 0; i < 100; i++) {
                    harness.append(1, hour < 2 ? 10_000 : 50);
                }
                harness.clockUs += JournalHarness.HOUR_US;
            }
            assertThat(harness.journal.sequenceWithin(0)).isBetween(201L, 300L);
            final long some = harness.journal.sequenceWithin(500_000);
            assertThat(some).isBetween(110L, 190L); // about 35 large ones, and all small ones
            assertThat(harness.journal.sequenceWithin(Long.MAX_VALUE / 2)).isEqualTo(1);
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

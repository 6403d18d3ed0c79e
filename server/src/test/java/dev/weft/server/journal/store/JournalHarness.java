package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.OpenedJournal;
import dev.weft.server.journal.RecoveryReport;
import dev.weft.server.journal.SequenceRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A journal, driven by hand: one thread is appender and house-keeper in turn. */
public final class JournalHarness implements AutoCloseable {
    /** 2026-11-20T10:00:00Z. */
    public static final long START_US = TimeUnit.SECONDS.toMicros(1_795_168_800L);

    public static final long HOUR_US = TimeUnit.HOURS.toMicros(1);
    private static final int TRIES_MAX = 1_000;

    public final Journal journal;
    final RecoveryReport report;
    final Blocks blocks = new Blocks();
    public long clockUs = START_US;

    public JournalHarness(final JournalConfig config) {
        final OpenedJournal opened = Journals.open(config);
        journal = opened.journal();
        report = opened.report();
        clockUs = Math.max(clockUs, journal.lastTimestamp() + 1);
    }

    /** Small files, so that a test that copies or scans them many times stays quick. */
    public static JournalConfig small(final Path directory) {
        final JournalConfig config = JournalConfig.of(directory);
        config.blockSize(1024 * 1024);
        config.preallocateMin(256 * 1024);
        config.preallocateMax(1024 * 1024);
        config.positionSpacing(4 * 1024);
        config.clockUs(() -> START_US);
        config.bootId(() -> "boot-1");
        return config;
    }

    /** Appends a block of events; whatever the journal has to do first is done. */
    public int append(final int count, final int frameLength) {
        for (int i = 0; i < TRIES_MAX; i++) {
            final int length = blocks.encode(journal.nextSequence(), count, clockUs, frameLength);
            final int appended = journal.append(blocks.buffer(), 0, length);
            if (appended == Journal.BACK_PRESSURED) {
                journal.doHousekeeping();
                continue;
            }
            if (appended == Journal.APPENDED) {
                clockUs += count;
            }
            return appended;
        }
        return Journal.BACK_PRESSURED;
    }

    /** Appends blocks of random sizes. */
    void appendSome(final SplittableRandom random, final int blockCount) {
        for (int i = 0; i < blockCount; i++) {
            final int appended = append(1 + random.nextInt(8), 40 + random.nextInt(400));
            assertThat(appended).isEqualTo(Journal.APPENDED);
        }
    }

    /** So many hours with so many events each, the last one being the current hour; all forced. */
    public void appendHours(final int hours, final int count) {
        for (int hour = 0; hour < hours; hour++) {
            clockUs = START_US + hour * HOUR_US;
            for (int i = 0; i < count; i++) {
                assertThat(append(1, 100)).isEqualTo(Journal.APPENDED);
            }
            journal.force();
        }
    }

    /** What a reader sees from a sequence to the head. */
    public Seen readFrom(final long sequence) {
        return read(journal, sequence);
    }

    static Seen read(final Journal journal, final long sequence) {
        final Seen seen = new Seen();
        final BlockFlyweight view = new BlockFlyweight();
        try (JournalReader reader = journal.newReader()) {
            reader.seek(sequence);
            long expected = sequence;
            while (true) {
                final int found = reader.next(view);
                if (found == JournalReader.END) {
                    seen.next = expected;
                    return seen;
                }
                if (found == JournalReader.GAP) {
                    assertThat(reader.gapFrom()).isEqualTo(expected);
                    assertThat(reader.gapTo()).isGreaterThanOrEqualTo(expected);
                    seen.gaps.add(new SequenceRange(reader.gapFrom(), reader.gapTo()));
                    expected = reader.gapTo() + 1;
                    continue;
                }
                assertThat(view.firstSequence()).isLessThanOrEqualTo(expected);
                assertThat(view.lastSequence()).isGreaterThanOrEqualTo(expected);
                for (int i = 0; i < view.count(); i++) {
                    if (!Blocks.isRight(view, i)) {
                        throw new AssertionError(
                                "wrong byte in sequence " + (view.firstSequence() + i));
                    }
                }
                seen.events += view.lastSequence() - expected + 1;
                seen.blocks++;
                expected = view.lastSequence() + 1;
            }
        }
    }

    @Override
    public void close() {
        journal.close();
    }

    /** Everything a reader was told. */
    public static final class Seen {
        public final List<SequenceRange> gaps = new ArrayList<>();
        public long events;
        public long blocks;
        public long next;

        public long missing() {
            return gaps.stream().mapToLong(gap -> gap.to() - gap.from() + 1).sum();
        }
    }
}

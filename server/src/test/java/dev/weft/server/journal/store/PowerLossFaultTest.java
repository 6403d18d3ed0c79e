package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.recovery.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model of the power going away: of each file every page that was changed since it was last
 * forced is kept or not, at random; so are files that are new since the directory was forced. What
 * was durable is there, no byte is wrong, no number is used twice, no append is invisible.
 */
@Tag("slow")
class PowerLossFaultTest {
    private static final int SEEDS = 200;
    private static final int PAGE = 4_096;

    @TempDir Path base;

    @Seeded(SEEDS)
    void shouldKeepWhatWasDurable(final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        final Path running = base.resolve("running");
        final Path left = base.resolve("left");
        final long durable;
        final long givenOut;
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(running))) {
            append(harness, random, 1 + random.nextInt(120));
            durable = harness.journal.force();
            assertThat(durable).isEqualTo(harness.journal.appendedSequence());
            final Map<String, byte[]> forced = contents(running);
            append(harness, random, random.nextInt(120));
            givenOut = harness.journal.appendedSequence();
            loosePower(running, forced, left, random);
        }
        long appendedTo = givenOut;
        for (int run = 0; run < 2; run++) {
            final JournalConfig config = JournalHarness.small(left);
            config.bootId(() -> "boot-2");
            try (JournalHarness harness = new JournalHarness(config)) {
                final long next = harness.journal.nextSequence();
                assertThat(next).isGreaterThan(appendedTo);
                if (run == 0) {
                    assertThat(harness.report.skipped()).isNotNull();
                    assertThat(harness.report.reason()).isNotNull();
                }
                append(harness, random, 10);
                final JournalHarness.Seen seen = harness.readFrom(1);
                appendedTo = harness.journal.appendedSequence();
                assertThat(seen.next).isEqualTo(appendedTo + 1);
                assertThat(seen.gaps).allMatch(gap -> gap.from() > durable);
                assertThat(harness.readFrom(next).events).isEqualTo(appendedTo - next + 1);
            }
            Directories.assertLastFileIsSound(left);
        }
    }

    private static void append(
            final JournalHarness harness, final SplittableRandom random, final int blocks) {
        for (int i = 0; i < blocks; i++) {
            harness.appendSome(random, 1);
            if (random.nextInt(40) == 0) {
                harness.clockUs += JournalHarness.HOUR_US;
            }
            if (random.nextInt(10) == 0) {
                harness.journal.doHousekeeping();
            }
        }
    }

    private static void loosePower(
            final Path running,
            final Map<String, byte[]> forced,
            final Path left,
            final SplittableRandom random)
            throws IOException {
        Files.createDirectories(left);
        final int keptOfTen = random.nextInt(11);
        for (final Map.Entry<String, byte[]> file : contents(running).entrySet()) {
            final byte[] now = file.getValue();
            final byte[] before = forced.get(file.getKey());
            if (file.getKey().equals(StateFile.NAME)) {
                Files.write(left.resolve(file.getKey()), now); // each write of it is forced
            } else if (before != null || random.nextInt(10) < keptOfTen) {
                final byte[] old = Arrays.copyOf(before == null ? new byte[0] : before, now.length);
                for (int at = 0; at < now.length; at += PAGE) {
                    if (random.nextInt(10) < keptOfTen) {
                        System.arraycopy(now, at, old, at, Math.min(PAGE, now.length - at));
                    }
                }
                Files.write(left.resolve(file.getKey()), old);
            }
        }
    }

    private static Map<String, byte[]> contents(final Path directory) throws IOException {
        final Map<String, byte[]> contents = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }
}

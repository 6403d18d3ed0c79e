package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.SequenceRange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small file systems that run full: refusals in good time, no signal, and on again by itself. */
@Tag("slow")
class DiskFullFaultTest {
    private static final int CYCLES = 5;
    private static final int PIECE = 4 * 1024 * 1024;
    private static final long RETAINED_BYTES = 12 * 1024 * 1024;
    private static final long AHEAD_BYTES = 2 * 1024 * 1024; // allocated, not yet written
    private static final int BLOCKS_PER_HOUR = 100; // 3.2 MB
    private static final Duration ON_AGAIN_MAX = Duration.ofSeconds(5);

    @TempDir Path base;
    private Path mount = Path.of("");

    @BeforeEach
    void makeMountPoint() throws IOException {
        mount = Files.createDirectory(base.resolve("mount"));
    }

    /** What was mapped of a file may stay so a little longer than its journal is open. */
    @AfterEach
    void unmount() {
        await().until(() -> !isMounted() || run("umount", mount.toString()));
    }

    private boolean isMounted() throws IOException {
        return !Files.getFileStore(mount).equals(Files.getFileStore(base));
    }

    @Test
    void shouldRefuseAndGoOnWithTmpfs() throws Exception {
        final boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=48m", "t", "" + mount);
        Assumptions.assumeTrue(mounted, "needs root to mount a file system");
        final JournalConfig config = JournalConfig.of(mount.resolve("journal"));
        config.clockUs(() -> JournalHarness.START_US);
        fillAndFree(config);
    }

    @Test
    void shouldRefuseAndGoOnWithExt4() throws Exception {
        Assumptions.assumeTrue(mountExt4(), "needs root and mkfs.ext4 to mount a file system");
        fillAndFree(JournalHarness.small(mount.resolve("journal")));
    }

    @Test
    void shouldGoOnWhenRetentionFreesATmpfs() throws Exception {
        final boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=48m", "t", "" + mount);
        Assumptions.assumeTrue(mounted, "needs root to mount a file system");
        fillAndRetain();
    }

    @Test
    void shouldGoOnWhenRetentionFreesAnExt4() throws Exception {
        Assumptions.assumeTrue(mountExt4(), "needs root and mkfs.ext4 to mount a file system");
        fillAndRetain();
    }

    /**
     * A reader that does not move holds all files, until the disk is full; what retention may have
     * by its limit is then enough to go on, nothing else is freed.
     */
    private void fillAndRetain() throws IOException {
        final long[] nowNs = {0}; // stands still while the disk runs full: nobody looks in between
        final JournalConfig config =
                JournalHarness.small(mount.resolve("journal"))
                        .nanoClock(() -> nowNs[0])
                        .retention(new RetentionLimits(0, RETAINED_BYTES, 0, Long.MAX_VALUE));
        try (JournalHarness harness = new JournalHarness(config);
                JournalReader reader = harness.journal.newReader()) {
            final BlockFlyweight view = new BlockFlyweight();
            for (int cycle = 1; cycle <= CYCLES; cycle++) {
                final long oldest = harness.journal.oldestSequence();
                harness.journal.newLease().need(oldest);
                fillHours(harness);
                reader.seek(oldest);
                assertThat(reader.next(view)).isEqualTo(JournalReader.BLOCK); // and stands there
                assertThat(harness.journal.state()).isEqualTo(Journal.State.DISK_FULL);
                assertThat(harness.journal.oldestSequence()).isEqualTo(oldest);
                await().pollInSameThread()
                        .atMost(ON_AGAIN_MAX)
                        .until(
                                () -> {
                                    nowNs[0] += TimeUnit.SECONDS.toNanos(1);
                                    harness.journal.doHousekeeping();
                                    reader.letGo(); // as every reader that rests
                                    return harness.append(1, 100) == Journal.APPENDED;
                                });
                assertThat(harness.journal.state()).isEqualTo(Journal.State.WRITABLE);
                assertThat(harness.journal.retention().overruled()).isGreaterThanOrEqualTo(cycle);
                assertThat(bytesOfFiles()).isLessThanOrEqualTo(RETAINED_BYTES + AHEAD_BYTES);
                final long kept = harness.journal.oldestSequence();
                assertThat(kept).isGreaterThan(oldest);
                final JournalHarness.Seen seen = harness.readFrom(oldest);
                assertThat(seen.gaps).containsExactly(new SequenceRange(oldest, kept - 1));
                assertThat(seen.events).isEqualTo(harness.journal.appendedSequence() - kept + 1);
            }
            assertThat(harness.journal.damageCount()).isZero();
        }
        try (JournalHarness harness = new JournalHarness(config)) {
            assertThat(harness.report.clean()).isTrue();
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.readFrom(harness.journal.oldestSequence()).gaps).isEmpty();
        }
    }

    /** Hour after hour a part of what is retained, until the disk refuses. */
    private static void fillHours(final JournalHarness harness) {
        while (true) {
            harness.clockUs += JournalHarness.HOUR_US;
            for (int i = 0; i < BLOCKS_PER_HOUR; i++) {
                final int appended = harness.append(8, 4_000);
                if (appended != Journal.APPENDED) {
                    assertThat(appended).isEqualTo(Journal.DISK_FULL);
                    harness.journal.force();
                    return;
                }
            }
            harness.journal.force();
        }
    }

    private long bytesOfFiles() throws IOException {
        long bytes = 0;
        for (final Path file : Directories.rollFiles(mount.resolve("journal"))) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private boolean mountExt4() throws IOException, InterruptedException {
        final Path image = base.resolve("image");
        Files.write(image, new byte[48 * 1024 * 1024]);
        return run("mkfs.ext4", "-q", "-F", image.toString())
                && run("mount", "-o", "loop", image.toString(), mount.toString());
    }

    private void fillAndFree(final JournalConfig config) throws IOException {
        for (int i = 0; i < CYCLES; i++) {
            Files.write(mount.resolve("piece" + i), new byte[PIECE]);
        }
        long head = 0;
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            try (JournalHarness harness = new JournalHarness(config)) {
                assertThat(harness.report.damage()).isEmpty();
                assertThat(harness.journal.appendedSequence()).isEqualTo(head);
                if (cycle % 2 == 0) { // others take the last byte while something is preallocated
                    takeAll(mount.resolve("hog"));
                }
                head = fill(harness);
                takeAll(mount.resolve("hog"));
                harness.journal.doHousekeeping();
                assertThat(harness.append(1, 100)).isEqualTo(Journal.DISK_FULL);
                assertThat(harness.journal.state()).isEqualTo(Journal.State.DISK_FULL);
                assertThat(harness.journal.force()).isEqualTo(head);
                shouldReadAll(harness, head);
                Files.delete(mount.resolve("hog"));
                Files.delete(mount.resolve("piece" + cycle));
                await().pollInSameThread()
                        .atMost(ON_AGAIN_MAX)
                        .until(
                                () -> {
                                    harness.journal.doHousekeeping();
                                    return harness.append(1, 100) == Journal.APPENDED;
                                });
                assertThat(harness.journal.state()).isEqualTo(Journal.State.WRITABLE);
                head = fill(harness);
                shouldReadAll(harness, head);
                takeAll(mount.resolve("hog")); // and stop and start again with a full disk
            }
            try (JournalHarness harness = new JournalHarness(config)) {
                assertThat(harness.report.damage()).isEmpty();
                shouldReadAll(harness, head);
            }
            Files.delete(mount.resolve("hog"));
        }
    }

    private static long fill(final JournalHarness harness) {
        int appended;
        do {
            appended = harness.append(8, 4_000);
        } while (appended == Journal.APPENDED);
        assertThat(appended).isEqualTo(Journal.DISK_FULL);
        return harness.journal.appendedSequence();
    }

    private static void shouldReadAll(final JournalHarness harness, final long head) {
        assertThat(harness.journal.appendedSequence()).isEqualTo(head);
        final JournalHarness.Seen seen = harness.readFrom(1);
        assertThat(seen.gaps).isEmpty();
        assertThat(seen.events).isEqualTo(head);
    }

    /** Leaves not one byte of the file system. */
    private static void takeAll(final Path file) {
        for (int piece = PIECE; piece > 0; piece /= 4) {
            try (OutputStream out =
                    Files.newOutputStream(
                            file,
                            java.nio.file.StandardOpenOption.CREATE,
                            java.nio.file.StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(new byte[piece]);
                }
            } catch (final IOException ex) {
                assertThat(ex).hasMessageContaining("No space left");
            }
        }
    }

    private boolean run(final String... command) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(List.of(command))
                        .redirectErrorStream(true)
                        .redirectOutput(base.resolve("out").toFile())
                        .start();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}

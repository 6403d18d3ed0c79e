package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.server.journal.Forcer;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The device refuses to force: nothing is called durable, nothing is appended any more. */
@Timeout(60)
class JournalForceFaultTest {
    @TempDir Path directory;
    private boolean refuses;
    private final List<Long> forcedSizes = new ArrayList<>();

    private JournalConfig config() {
        final JournalConfig config = JournalHarness.small(directory);
        config.forcer(
                channel -> {
                    if (refuses) {
                        throw new IOException("Input/output error");
                    }
                    forcedSizes.add(channel.size());
                    channel.force(false);
                });
        return config;
    }

    @Test
    void shouldForceTheFinishedFileTooWhenItRolled() {
        try (JournalHarness harness = new JournalHarness(config())) {
            harness.append(5, 100);
            assertThat(harness.journal.durableSequence()).isZero();
            assertThat(harness.journal.force()).isEqualTo(5);
            assertThat(harness.journal.durableSequence()).isEqualTo(5);
            harness.append(5, 100);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.append(5, 100);
            forcedSizes.clear();
            assertThat(harness.journal.force()).isEqualTo(15);
            assertThat(forcedSizes).hasSize(2);
            forcedSizes.clear();
            assertThat(harness.journal.force()).isEqualTo(15);
            assertThat(forcedSizes).hasSize(1);
        }
    }

    @Test
    void shouldLeaveFinishedFilesToTheForcingThread() {
        try (JournalHarness harness = new JournalHarness(config())) {
            harness.append(5, 100);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.append(5, 100);
            forcedSizes.clear();
            harness.journal.doHousekeeping();
            assertThat(forcedSizes).as("nobody waits for the disk here").isEmpty();
            harness.journal.forceFinished();
            assertThat(forcedSizes).hasSize(1);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.append(5, 100);
        } // closing does what is left
        assertThat(forcedSizes.size()).isGreaterThan(2);
        assertThat(Directories.rollFiles(directory)).hasSize(3);
        try (JournalHarness harness = new JournalHarness(config())) {
            assertThat(harness.report.clean()).isTrue();
            assertThat(harness.readFrom(1).events).isEqualTo(15);
        }
    }

    @Test
    void shouldForceWhenTheFileIsFinishedInBetween() {
        final JournalConfig config = config();
        final JournalHarness[] running = new JournalHarness[1];
        final boolean[] rolls = {false};
        final Forcer forcer = config.forcer();
        config.forcer(
                channel -> {
                    if (rolls[0]) { // the appender goes on while the disk works
                        rolls[0] = false;
                        running[0].clockUs += JournalHarness.HOUR_US;
                        running[0].append(5, 100);
                    }
                    forcer.force(channel);
                });
        try (JournalHarness harness = new JournalHarness(config)) {
            running[0] = harness;
            harness.append(5, 100);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.append(5, 100);
            rolls[0] = true; // the file that was the current one is finished while it is forced
            assertThat(harness.journal.force()).isEqualTo(10);
            assertThat(harness.journal.state()).isEqualTo(Journal.State.WRITABLE);
            assertThat(harness.journal.force()).isEqualTo(15);
        }
    }

    /** The one who closes does not always wait until the forcing thread has ended. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldForceByOneThreadAtATimeWhenItIsClosedMeanwhile(final boolean onlyFinished)
            throws Exception {
        final CountDownLatch isForcing = new CountDownLatch(1);
        final CountDownLatch goesOn = new CountDownLatch(1);
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final AtomicBoolean holds = new AtomicBoolean();
        final JournalConfig config = config();
        config.forcer(
                channel -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    if (holds.get()) {
                        isForcing.countDown();
                        awaitQuietly(goesOn);
                    }
                    channel.force(false);
                    inside.decrementAndGet();
                });
        final JournalHarness harness = new JournalHarness(config);
        harness.append(5, 100);
        harness.clockUs += JournalHarness.HOUR_US;
        harness.append(5, 100);
        holds.set(true);
        final Journal journal = harness.journal;
        final Thread forcing =
                new Thread(onlyFinished ? journal::forceFinished : journal::force, "forcing");
        final Thread closing = new Thread(harness::close, "closing");
        forcing.start();
        isForcing.await();
        closing.start();
        try {
            await().until(() -> closing.getState() == Thread.State.BLOCKED || most.get() > 1);
        } finally {
            goesOn.countDown();
            forcing.join();
            closing.join();
        }
        assertThat(most).hasValue(1);
        try (JournalHarness again = new JournalHarness(config())) {
            assertThat(again.report.clean()).isTrue();
            assertThat(again.readFrom(1).events).isEqualTo(10);
        }
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldFailAndNotCallDurableWhatCouldNotBeForced() {
        try (JournalHarness harness = new JournalHarness(config())) {
            harness.append(5, 100);
            harness.journal.force();
            harness.append(5, 100);
            refuses = true;
            assertThatThrownBy(harness.journal::force)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("FATAL");
            assertThat(harness.journal.durableSequence()).isEqualTo(5);
            assertThat(harness.journal.state()).isEqualTo(Journal.State.FAILED);
            refuses = false; // a device that says yes again has still lost the pages
            assertThatThrownBy(harness.journal::force).isInstanceOf(JournalException.class);
            assertThat(harness.journal.durableSequence()).isEqualTo(5);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.FAILED);
            assertThat(harness.readFrom(1).events).isEqualTo(10);
        }
        try (JournalHarness harness = new JournalHarness(config())) {
            assertThat(harness.report.clean()).isFalse();
            assertThat(harness.readFrom(1).events).isEqualTo(10);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
        }
    }

    @Test
    void shouldNotGiveOutSequencesThatCouldNotBeReserved() {
        final JournalConfig config = config();
        config.sequencesReserved(100);
        try (JournalHarness harness = new JournalHarness(config)) {
            harness.append(40, 50);
            refuses = true;
            harness.append(40, 50);
            assertThatThrownBy(harness.journal::doHousekeeping)
                    .isInstanceOf(JournalException.class);
            assertThat(harness.append(1, 50)).isEqualTo(Journal.FAILED);
        }
    }

    @Test
    void shouldWaitForReservationBeforeItGivesOutSequences() {
        final JournalConfig config = config();
        config.sequencesReserved(100);
        try (JournalHarness harness = new JournalHarness(config)) {
            final int length = harness.blocks.encode(1, 150, harness.clockUs, 50);
            assertThat(harness.journal.append(harness.blocks.buffer(), 0, length))
                    .isEqualTo(Journal.BACK_PRESSURED);
            for (int i = 0; i < 20; i++) {
                assertThat(harness.append(40, 50)).isEqualTo(Journal.APPENDED);
            }
        }
    }
}

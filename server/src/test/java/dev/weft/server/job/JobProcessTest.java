package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.sequencer.PendingAppend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JobProcessTest {
    private static final int LENGTH = 600_000; // goes into a pipe

    private final AtomicBoolean isWritable = new AtomicBoolean();
    private final AtomicLong appended = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AppendInbox inbox =
            pending -> {
                if (isWritable.get()) {
                    appended.addAndGet(pending.length());
                    pending.complete(PendingAppend.Status.APPENDED);
                    return true;
                }
                final boolean isTaken = refusals.incrementAndGet() % 2 == 0;
                if (isTaken) { // and then there is no room on the disk
                    pending.complete(PendingAppend.Status.DISK_FULL);
                }
                return isTaken;
            };

    private JobProcess start(final String script) throws Exception {
        return JobProcess.start(
                "1",
                List.of("sh", "-c", script),
                null,
                job ->
                        new OutputAppends(
                                new ServerEvents(
                                        inbox,
                                        EventRules.forCallers(List.of(), List.of()),
                                        System::currentTimeMillis),
                                job,
                                () -> false));
    }

    @Test
    void shouldLoseNothingThatWasPrintedBeforeTheEndWhenTheJournalIsFull() throws Exception {
        final JobProcess process = start("head -c " + LENGTH + " /dev/zero | tr '\\0' x");
        await().during(Duration.ofMillis(1_500))
                .atMost(Duration.ofSeconds(10))
                .until(() -> !process.ended().isDone());
        isWritable.set(true);
        process.ended().get(30, TimeUnit.SECONDS);
        assertThat(appended.get()).isGreaterThan(LENGTH);
        assertThat(process.end().error()).isNull();
    }

    @Test
    void shouldNotWaitForWhatACommandLeavesBehind() throws Exception {
        isWritable.set(true);
        final JobProcess process = start("while :; do echo x; sleep 0.1; done & echo done");
        process.ended().get(20, TimeUnit.SECONDS);
        process.kill();
        assertThat(process.end().error()).isNull();
    }

    /** It left the group and its mark, and is never quiet. */
    @Test
    void shouldNotListenToAStrangerWhenItIsKilled(@TempDir final Path directory) throws Exception {
        isWritable.set(true);
        final Path pid = directory.resolve("pid");
        final JobProcess process =
                start(
                        "setsid env -i sh -c 'echo $$ > %s; while :; do echo x; sleep 0.1; done' & sleep 60"
                                .formatted(pid));
        await().until(() -> Files.exists(pid) && Files.size(pid) > 1);
        process.stop();
        process.kill();
        try {
            process.ended().get(20, TimeUnit.SECONDS);
        } finally {
            ProcessHandle.of(Long.parseLong(Files.readString(pid).trim()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** It left the group and its mark, holds the output open, and says nothing. */
    @Test
    void shouldNotWaitForAStrangerWhoIsQuiet(@TempDir final Path directory) throws Exception {
        isWritable.set(true);
        final Path pid = directory.resolve("pid");
        final JobProcess process =
                start(
                        "setsid env -i sh -c 'echo $$ > %s; exec sleep 60' & sleep 0.2; echo bye"
                                .formatted(pid));
        try {
            process.ended().get(20, TimeUnit.SECONDS);
            assertThat(process.end().error()).isNull();
            assertThat(appended.get()).isPositive();
        } finally {
            ProcessHandle.of(Long.parseLong(Files.readString(pid).trim()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}

package dev.weft.server.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.control.CommandsByHand;
import dev.weft.server.journal.Journal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The runner's own thread, and query thread and sequencer by hand. */
@Timeout(30)
class JobRunnerTest {
    private final CommandsByHand hand = new CommandsByHand(1_024);
    private final Jobs jobs = new Jobs(Set.of("slow", "short"));
    private final JobRunner runner =
            new JobRunner(
                    new JobRunner.Config(
                            Map.of(
                                    "slow", List.of("sh", "-c", "exec sleep 60"),
                                    "short", List.of("true")),
                            null,
                            2),
                    jobs,
                    hand.core().history(),
                    hand.core().journal(),
                    hand.core().inbox(),
                    EventRules.forCallers(List.of(), List.of()),
                    false);
    private int lookCount;

    @AfterEach
    void close() {
        final Thread closing = new Thread(runner::close);
        closing.start();
        workUntil(() -> !closing.isAlive());
        hand.close();
    }

    private void workUntil(final BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            work();
        }
    }

    private void work() {
        lookCount += hand.core().history().doWork() > 0 ? 1 : 0;
        hand.core().sequenceAll();
        try {
            TimeUnit.MILLISECONDS.sleep(1);
        } catch (final InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    private void create(final String command) {
        final String body = "{\"name\":\"n\",\"command\":\"" + command + "\"}";
        hand.ask(NewJob.command(body.getBytes(UTF_8), jobs.commands()));
    }

    private void workFor(final long ms) {
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        workUntil(() -> System.nanoTime() - untilNs > 0);
    }

    /** Neither its begin nor its end is lost, and each is told once. */
    @Test
    void shouldTryAgainWhatTheJournalDidNotTake() {
        create("short");
        hand.core().journal().state(Journal.State.DISK_FULL);
        runner.start();
        workFor(450);
        assertThat(hand.types()).containsExactly("job.created", "job.queued");
        hand.core().journal().state(Journal.State.WRITABLE);
        workUntil(() -> hand.types().contains("job.started"));
        hand.core().journal().state(Journal.State.DISK_FULL);
        workFor(700);
        assertThat(hand.types()).doesNotContain("job.completed");
        hand.core().journal().state(Journal.State.WRITABLE);
        workUntil(() -> hand.types().contains("job.completed"));
        workFor(300);
        assertThat(hand.types())
                .containsExactly(
                        "job.created",
                        "job.queued",
                        "job.started",
                        "step.started",
                        "step.completed",
                        "job.completed");
    }

    /** Each look has one behind it while something runs, and never more. */
    @Test
    void shouldNotLookTheMoreOftenTheMoreHasHappened() {
        create("slow");
        runner.start();
        workUntil(() -> hand.types().contains("job.started"));
        for (int i = 0; i < 30; i++) {
            final int before = lookCount;
            runner.signal();
            workUntil(() -> lookCount > before);
        }
        final int before = lookCount;
        workFor(1_000);
        assertThat(lookCount - before).isBetween(1, 12);
    }
}

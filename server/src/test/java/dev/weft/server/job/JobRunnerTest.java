package dev.weft.server.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.control.CommandsByHand;
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
    private final Jobs jobs = new Jobs(Set.of("slow"));
    private final JobRunner runner =
            new JobRunner(
                    new JobRunner.Config(
                            Map.of("slow", List.of("sh", "-c", "exec sleep 60")), null, 2),
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

    /** Each look has one behind it while something runs, and never more. */
    @Test
    void shouldNotLookTheMoreOftenTheMoreHasHappened() {
        final byte[] job = "{\"name\":\"n\",\"command\":\"slow\"}".getBytes(UTF_8);
        hand.ask(NewJob.command(job, Set.of("slow")));
        runner.start();
        workUntil(() -> hand.types().contains("job.started"));
        for (int i = 0; i < 30; i++) {
            final int before = lookCount;
            runner.signal();
            workUntil(() -> lookCount > before);
        }
        final int before = lookCount;
        final long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        workUntil(() -> System.nanoTime() - untilNs > 0);
        assertThat(lookCount - before).isBetween(1, 12);
    }
}

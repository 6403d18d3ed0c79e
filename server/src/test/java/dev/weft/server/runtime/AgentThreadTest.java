package dev.weft.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AgentThreadTest {
    private static final long LONG_NS = 3_600_000_000_000L;

    @Test
    void shouldLoseNoSignalWhileItGoesToSleep() {
        final AtomicLong offered = new AtomicLong();
        final AtomicLong seen = new AtomicLong();
        final AgentThread thread =
                new AgentThread("test", AgentThread.Idle.PARK, () -> LONG_NS, (a, e) -> true);
        thread.start(agent(offered, seen));
        try {
            for (int i = 0; i < 20_000; i++) {
                final long value = offered.incrementAndGet();
                thread.signal();
                while (seen.get() != value) { // comes soon or, if a signal was lost, never
                    Thread.onSpinWait();
                }
            }
        } finally {
            thread.close();
        }
    }

    @Test
    void shouldRunByItselfWhenItsTimeIsOver() {
        final AtomicLong runs = new AtomicLong();
        final AgentThread thread =
                new AgentThread("test", AgentThread.Idle.PARK, () -> 1_000_000, (a, e) -> true);
        thread.start(
                new Agent() {
                    @Override
                    public int doWork() {
                        runs.incrementAndGet();
                        return 0;
                    }

                    @Override
                    public String roleName() {
                        return "test";
                    }
                });
        try {
            await().until(() -> runs.get() > 100);
        } finally {
            thread.close();
        }
        final long after = runs.get();
        await().pollDelay(Duration.ofMillis(20)).until(() -> runs.get() == after);
    }

    @Test
    void shouldEndWhenAnErrorIsNotToBeSurvived() {
        final AtomicLong errors = new AtomicLong();
        final AgentThread thread =
                new AgentThread(
                        "test",
                        AgentThread.Idle.BUSY,
                        () -> LONG_NS,
                        (agent, error) -> errors.incrementAndGet() < 3);
        thread.start(
                new Agent() {
                    @Override
                    public int doWork() {
                        throw new IllegalStateException("broken");
                    }

                    @Override
                    public String roleName() {
                        return "test";
                    }
                });
        await().until(() -> errors.get() == 3);
        thread.close();
        assertThat(errors).hasValue(3);
    }

    private static Agent agent(final AtomicLong offered, final AtomicLong seen) {
        return new Agent() {
            @Override
            public int doWork() {
                final long value = offered.get();
                if (seen.get() == value) {
                    return 0;
                }
                seen.set(value);
                return 1;
            }

            @Override
            public String roleName() {
                return "test";
            }
        };
    }
}

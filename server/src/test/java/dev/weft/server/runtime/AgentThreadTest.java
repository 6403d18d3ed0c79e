package dev.weft.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AgentThreadTest {
    private static final long LONG_NS = 3_600_000_000_000L;
    private static final int SPINS_MAX = 400;

    @Test
    void shouldLoseNoSignalWhileItGoesToSleep() {
        final AtomicLong offered = new AtomicLong();
        final AtomicLong seen = new AtomicLong();
        final SplittableRandom random = new SplittableRandom();
        final AgentThread thread =
                new AgentThread("test", AgentThread.Idle.PARK, () -> LONG_NS, (a, e) -> true);
        thread.start(agent(offered, seen));
        try {
            final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            for (int i = 0; i < 50_000 && System.nanoTime() - end < 0; i++) {
                final long value = offered.incrementAndGet();
                thread.signal();
                final long lost = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                while (seen.get() != value) { // comes soon or, if a signal was lost, never
                    if (System.nanoTime() - lost > 0) {
                        throw new AssertionError("signal " + i + " was lost");
                    }
                    Thread.onSpinWait();
                }
                for (int spins = random.nextInt(SPINS_MAX); spins > 0; spins--) {
                    Thread.onSpinWait(); // the next one comes about when the thread goes to sleep
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

    @Test
    void shouldRunAgainInsteadOfParkingWhenItWasSignalledMeanwhile() {
        final AtomicLong runs = new AtomicLong();
        final AgentThread thread =
                new AgentThread("test", AgentThread.Idle.PARK, () -> LONG_NS, (a, e) -> true);
        thread.start(
                agent(
                        () -> {
                            if (runs.incrementAndGet() < 1_000) {
                                thread.signal(); // it does not park yet: nobody wakes it later
                            }
                        }));
        try {
            await().until(() -> runs.get() >= 1_000);
        } finally {
            thread.close();
        }
    }

    @Test
    void shouldCloseAlthoughItNeverStarted() {
        new AgentThread("test", AgentThread.Idle.PARK, () -> LONG_NS, (a, e) -> true).close();
    }

    @Test
    void shouldNeverParkWhenItIsBusy() {
        final AtomicLong runs = new AtomicLong();
        final AgentThread thread =
                new AgentThread("test", AgentThread.Idle.BUSY, () -> LONG_NS, (a, e) -> true);
        thread.start(agent(runs::incrementAndGet));
        try {
            await().until(() -> runs.get() > 10_000);
        } finally {
            thread.close();
        }
    }

    @Test
    void shouldCloseEveryAgentOnItsThreadAtOnceThoughItParks() {
        final AtomicLong runs = new AtomicLong();
        final AtomicReference<Thread> runner = new AtomicReference<>();
        final AtomicReference<Thread> closer = new AtomicReference<>();
        final AtomicLong errors = new AtomicLong();
        final AgentThread thread =
                new AgentThread(
                        "test",
                        AgentThread.Idle.PARK,
                        () -> LONG_NS,
                        (agent, error) -> errors.incrementAndGet() > 0);
        thread.start(
                new Agent() {
                    @Override
                    public int doWork() {
                        runner.set(Thread.currentThread());
                        runs.incrementAndGet();
                        return 0;
                    }

                    @Override
                    public void onClose() {
                        throw new IllegalStateException("broken");
                    }

                    @Override
                    public String roleName() {
                        return "fails to close";
                    }
                },
                new Agent() {
                    @Override
                    public int doWork() {
                        return 0;
                    }

                    @Override
                    public void onClose() {
                        closer.set(Thread.currentThread());
                    }

                    @Override
                    public String roleName() {
                        return "closes";
                    }
                });
        await().until(() -> isParked(runner.get()));
        thread.close();
        assertThat(closer.get()).isNotNull().isSameAs(runner.get());
        assertThat(errors).hasValue(1);
    }

    /** What an agent waits for inside, such as the lock of a log, may use up the wake-up. */
    @Test
    void shouldNotParkOnceItIsClosedThoughTheWakeUpWasUsedUp() throws Exception {
        final CompletableFuture<Thread> closing = new CompletableFuture<>();
        final CountDownLatch isClosing = new CountDownLatch(1);
        final AtomicLong runs = new AtomicLong();
        final AgentThread thread =
                new AgentThread(
                        "test",
                        AgentThread.Idle.PARK,
                        () -> closing.isDone() ? LONG_NS : 1,
                        (a, e) -> true);
        thread.start(
                agent(
                        () -> {
                            if (runs.incrementAndGet() == 1_000) { // it parks after each run by now
                                closing.complete(Thread.currentThread());
                                awaitQuietly(isClosing);
                                LockSupport.parkNanos(1);
                            }
                        }));
        final Thread runner = closing.get();
        final Thread closer = new Thread(thread::close);
        closer.start();
        await().until(() -> isParked(closer)); // it waits for the other thread to end
        isClosing.countDown();
        await().atMost(Duration.ofSeconds(3)).until(() -> !runner.isAlive());
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isParked(final @Nullable Thread thread) {
        return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
    }

    private static Agent agent(final Runnable work) {
        return new Agent() {
            @Override
            public int doWork() {
                work.run();
                return 0;
            }

            @Override
            public String roleName() {
                return "test";
            }
        };
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

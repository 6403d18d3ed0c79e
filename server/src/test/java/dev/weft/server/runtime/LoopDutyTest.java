package dev.weft.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopDutyTest {
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final SingleThreadEventLoop loop = (SingleThreadEventLoop) group.next();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldRunOnceAfterAllTasksOfTheIteration() {
        final LoopDuty duty = new LoopDuty(loop, (agent, error) -> true);
        duty.agents(agent("seq", () -> 0), agent("fan", () -> 0));
        loop.execute(
                () -> {
                    duty.signal();
                    duty.signal();
                    log.add("read 1");
                    loop.execute(
                            () -> {
                                duty.signal();
                                log.add("read 2");
                            });
                });
        await().until(() -> log.size() >= 4);
        assertThat(log).containsExactly("read 1", "read 2", "seq", "fan");
    }

    @Test
    void shouldLetTheLoopDoOtherThingsBetweenTwoRunsThatLeaveWork() {
        final LoopDuty duty = new LoopDuty(loop, (agent, error) -> true);
        final AtomicInteger left = new AtomicInteger(6);
        duty.agents(agent("seq", () -> left.getAndDecrement() > 0 ? 1 : 0));
        loop.execute(
                () -> {
                    duty.signal();
                    loop.executeAfterEventLoopIteration(
                            () -> loop.execute(() -> log.add("socket")));
                });
        await().until(() -> left.get() < 0);
        assertThat(log.indexOf("socket")).isBetween(1, 2);
        assertThat(log.stream().filter("seq"::equals)).hasSize(7);
    }

    @Test
    void shouldKeepATimerGoingWhenItsWorkThrows() {
        final List<String> errors = new CopyOnWriteArrayList<>();
        final LoopDuty duty =
                new LoopDuty(
                        loop,
                        (agent, error) -> errors.add(agent.roleName() + ": " + error.getMessage()));
        final Agent streams = agent("streams", () -> 0);
        final AtomicInteger ticks = new AtomicInteger();
        loop.scheduleAtFixedRate(
                duty.guarded(
                        streams,
                        () -> {
                            if (ticks.incrementAndGet() == 1) {
                                throw new IllegalStateException("in a tick");
                            }
                        }),
                1,
                1,
                TimeUnit.MILLISECONDS);
        await().until(() -> ticks.get() > 2);
        assertThat(errors).containsExactly("streams: in a tick");
    }

    @Test
    void shouldRunAgainForASignalFromWithin() {
        final LoopDuty duty = new LoopDuty(loop, (agent, error) -> true);
        final AtomicInteger runs = new AtomicInteger();
        duty.agents(
                agent(
                        "seq",
                        () -> {
                            if (runs.incrementAndGet() < 5) {
                                duty.signal();
                            }
                            return 0;
                        }));
        duty.signal();
        await().until(() -> runs.get() == 5);
    }

    @Test
    void shouldLoseNoSignalFromOtherThreads() throws Exception {
        final LoopDuty duty = new LoopDuty(loop, (agent, error) -> true);
        final AtomicLong offered = new AtomicLong();
        final AtomicLong seen = new AtomicLong();
        duty.agents(
                new Agent() {
                    @Override
                    public int doWork() {
                        seen.set(offered.get());
                        return 0;
                    }

                    @Override
                    public String roleName() {
                        return "seq";
                    }
                });
        for (int round = 0; round < 200; round++) {
            final CountDownLatch done = new CountDownLatch(2);
            for (int i = 0; i < 2; i++) {
                new Thread(
                                () -> {
                                    for (int j = 0; j < 100; j++) {
                                        offered.incrementAndGet();
                                        duty.signal();
                                    }
                                    done.countDown();
                                })
                        .start();
            }
            done.await();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> seen.get() == offered.get());
        }
    }

    @Test
    void shouldEndWhenAnErrorIsNotToBeSurvived() {
        final List<String> errors = new CopyOnWriteArrayList<>();
        final LoopDuty duty =
                new LoopDuty(
                        loop,
                        (agent, error) -> {
                            errors.add(agent.roleName() + ": " + error.getMessage());
                            return errors.size() < 2;
                        });
        duty.agents(
                agent(
                        "seq",
                        () -> {
                            throw new IllegalStateException("broken");
                        }));
        duty.signal();
        await().until(() -> errors.size() == 1);
        duty.signal();
        await().until(() -> errors.size() == 2);
        duty.signal();
        loop.submit(() -> {}).syncUninterruptibly();
        loop.submit(() -> {}).syncUninterruptibly();
        assertThat(errors).containsExactly("seq: broken", "seq: broken");
    }

    private Agent agent(final String name, final IntSupplier work) {
        return new Agent() {
            @Override
            public int doWork() {
                log.add(name);
                return work.getAsInt();
            }

            @Override
            public String roleName() {
                return name;
            }
        };
    }
}

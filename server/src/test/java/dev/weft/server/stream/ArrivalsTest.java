package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.fanout.Fabric;
import dev.weft.server.runtime.LoopDuty;
import dev.weft.server.stream.replay.CatchUp;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How fast streams are opened, on an event loop with its duty. */
@Timeout(20)
class ArrivalsTest {
    private static final int COUNT = 100;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final SingleThreadEventLoop eventLoop = (SingleThreadEventLoop) group.next();
    private final LoopDuty duty = new LoopDuty(eventLoop, (agent, error) -> true);
    private final Fabric fabric = new Fabric(1 << 16);
    private final StreamLoop loop =
            TestStreams.loop(
                    fabric,
                    new CatchUp(fabric.journal(), UnpooledByteBufAllocator.DEFAULT, COUNT),
                    new SubscriberSlots(COUNT));
    private final List<String> tooMany = new ArrayList<>();
    private final CompletableFuture<Long> runs = new CompletableFuture<>();
    private int opened;

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** As a socket that is ready in each turn. */
    private void look() {
        final long turns = Math.max(1, duty.runCount());
        if (opened > turns * Arrivals.OPENINGS_PER_CYCLE_MAX) {
            tooMany.add(opened + " in " + turns);
        }
        if (opened < COUNT) {
            eventLoop.execute(this::look);
        } else {
            runs.complete(turns);
        }
    }

    @Test
    void shouldOpenOnlySoManyBeforeTheSocketsHaveTheirTurnAgain() throws Exception {
        loop.wakeBy(duty);
        loop.turnsBy(duty::runCount);
        duty.agents(loop);
        eventLoop.execute(
                () -> {
                    for (int i = 0; i < COUNT; i++) {
                        loop.admit(() -> opened++);
                    }
                    look();
                });
        assertThat(runs.get()).isLessThanOrEqualTo(COUNT / Arrivals.OPENINGS_PER_CYCLE_MAX + 2);
        assertThat(tooMany).isEmpty();
    }
}

package dev.weft.server;

import dev.weft.server.journal.Journal;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import dev.weft.server.stream.replay.CatchUp;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;

/** The thread that reads the journal for subscribers that are behind. */
final class Replay implements AutoCloseable {
    private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);

    private final CatchUp catchUp;
    private final AgentThread thread;

    Replay(final Journal journal, final int subscribersMax, final AgentErrors errors) {
        catchUp = new CatchUp(journal, ByteBufAllocator.DEFAULT, subscribersMax);
        thread = new AgentThread("weft-replay-0", AgentThread.Idle.PARK, () -> PARK_NS, errors);
        catchUp.wakeBy(thread);
    }

    CatchUp catchUp() {
        return catchUp;
    }

    void start() {
        thread.start(catchUp);
    }

    @Override
    public void close() {
        thread.close();
    }
}

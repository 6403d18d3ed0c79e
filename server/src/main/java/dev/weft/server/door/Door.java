package dev.weft.server.door;

import dev.weft.protocol.door.DoorDescriptor;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's door for processes on the same host: its file, its bell, and the agent that serves
 * them. In mode shared the agent is for the duty of loop 0, see {@link #loopAgent}; in mode
 * dedicated it has a thread here. Opened and closed by whoever starts and stops the server.
 */
public final class Door implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final long TICK_MS = 200;
    private static final long REMAKE_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long STOP_MAX_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long STOP_STEP_MS = 10;

    private final Path path;
    private final @Nullable AgentThread thread; // null in mode shared
    private final Signal signal;
    private final DoorAgent agent;
    private volatile long lastGeneration; // written by who makes a file, one at a time
    private volatile @Nullable DoorFile lastFile; // as above
    private volatile boolean stopping; // written by who stops the server
    private @Nullable DoorBell bell;

    /**
     * Makes it closed.
     *
     * @param loopDuty runs {@link #loopAgent}, in mode shared; null in mode dedicated.
     * @param durable whether its events are acknowledged when they are forced to disk.
     * @param idle of the thread, in mode dedicated; if it is busy, nobody ever has to ring.
     */
    public Door(
            final Path path,
            final @Nullable Signal loopDuty,
            final AppendInbox inbox,
            final EventRules rules,
            final boolean durable,
            final AgentThread.Idle idle,
            final AgentErrors errors) {
        this.path = path.toAbsolutePath();
        thread = loopDuty == null ? new AgentThread("weft-door", idle, this::parkNs, errors) : null;
        signal = thread == null ? Objects.requireNonNull(loopDuty) : thread;
        agent =
                new DoorAgent(
                        new DoorAgent.Context(
                                inbox,
                                rules,
                                durable,
                                thread != null && idle == AgentThread.Idle.BUSY,
                                signal,
                                System::currentTimeMillis,
                                System::nanoTime,
                                this::remake));
    }

    /** What loop 0 has to run before the sequencer, null in mode dedicated. */
    public @Nullable Agent loopAgent() {
        return thread == null ? agent : null;
    }

    public DoorCounters counters() {
        return agent.counters();
    }

    /**
     * Makes the file and listens.
     *
     * @throws IllegalStateException if another server has it, the path holds something else, or
     *     there is no space for it.
     */
    public void open(final IoEventLoop loop) {
        final DoorBell newBell =
                new DoorBell(DoorDescriptor.bell(path), loop, agent, signal::signal);
        try {
            newBell.check();
            final DoorFile file = makeFile();
            agent.command(() -> agent.made(file));
            if (thread != null) {
                thread.start(agent);
            }
            newBell.open();
            bell = newBell;
        } catch (final IOException ex) {
            throw new IllegalStateException("cannot open the door: " + ex.getMessage(), ex);
        } finally {
            if (bell == null) {
                newBell.close();
            }
        }
        loop.scheduleAtFixedRate(signal::signal, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /** Takes in what publishers have offered, then sends them away. */
    public void drain() {
        final DoorBell opened = bell;
        if (opened == null) {
            return;
        }
        stopping = true;
        opened.close();
        final CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        agent.command(() -> agent.stop(() -> stopped.complete(true)));
        final long deadlineNs = System.nanoTime() + STOP_MAX_NS;
        while (System.nanoTime() - deadlineNs < 0) {
            signal.signal();
            try {
                stopped.get(STOP_STEP_MS, TimeUnit.MILLISECONDS);
                return;
            } catch (final TimeoutException ex) {
                // once more
            } catch (final ExecutionException | InterruptedException ex) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        LOG.warn("what lies in the door was not taken in time");
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.close();
        }
    }

    private long parkNs() {
        return agent.parkNs();
    }

    /** Who breaks the door again and again shall not keep the server busy with it. */
    private void remake() {
        final Thread maker =
                new Thread(
                        () -> {
                            LockSupport.parkNanos(REMAKE_DELAY_NS);
                            if (!stopping) {
                                makeOnce();
                            }
                        },
                        "weft-door-make");
        maker.setDaemon(true);
        maker.start();
    }

    private void makeOnce() {
        try {
            final DoorFile file = makeFile();
            agent.command(() -> agent.made(file));
        } catch (final IOException | RuntimeException ex) {
            LOG.error("the door cannot be made, it stays closed until somebody knocks", ex);
            agent.command(agent::notMade);
        }
    }

    private DoorFile makeFile() throws IOException {
        final DoorFile file = DoorFile.create(path, nextGeneration(), lastFile);
        lastFile = file;
        return file;
    }

    /** Microseconds since the epoch, but always a new one. */
    private long nextGeneration() {
        final long nowUs = System.currentTimeMillis() * 1_000;
        lastGeneration = Math.max(lastGeneration + 1, nowUs);
        return lastGeneration;
    }
}

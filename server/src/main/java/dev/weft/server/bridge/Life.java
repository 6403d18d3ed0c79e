package dev.weft.server.bridge;

import dev.weft.server.bridge.PartStatus.State;
import dev.weft.server.bridge.fabric.FabricException;
import io.lettuce.core.RedisException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one part of the bridge: runs its session, and after a break another one, with a
 * growing pause in between. Nothing is interrupted: a session looks whether it shall end, and its
 * waits are bounded.
 */
final class Life {
    private static final Logger LOG = LoggerFactory.getLogger(Life.class);
    private static final long PAUSE_MIN_MS = 100;
    private static final long PAUSE_MAX_MS = 5_000;

    /** From a connection to its end. */
    interface Session {
        /** Works until {@link Life#isEnding} or a break, which it throws. */
        void run(Life life) throws FabricException;

        /** Ends a wait of it. Any thread. */
        default void wake() {}
    }

    private final PartStatus status;
    private final Session session;
    private final Thread thread;
    private int failures; // its thread only
    private volatile boolean ending; // written by end

    Life(final String threadName, final PartStatus status, final Session session) {
        this.status = status;
        this.session = session;
        thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    PartStatus status() {
        return status;
    }

    boolean isEnding() {
        return ending;
    }

    /** Both sides are there. Thread: the session's. */
    void running() {
        failures = 0;
        if (status.state() != State.RUNNING) {
            LOG.info("bridge {}: running", status.name());
        }
        status.state(State.RUNNING, "");
    }

    /** It waits for its turn. Thread: the session's. */
    void standby(final String reason) {
        if (status.state() != State.STANDBY) {
            LOG.info("bridge {}: {}", status.name(), reason);
        }
        status.state(State.STANDBY, reason);
    }

    /** Waits, the longer the more often in a row, with jitter. Thread: the session's. */
    void pause() {
        final long longestMs = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS << Math.min(failures, 16));
        failures++;
        sleep(longestMs / 2 + ThreadLocalRandom.current().nextLong(longestMs / 2 + 1));
    }

    /** It went on: the next pause is short again. Thread: the session's. */
    void succeeded() {
        failures = 0;
    }

    /** Waits, or until it shall end. Thread: the session's. */
    void sleep(final long milliseconds) {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        for (long left = deadlineNs - System.nanoTime();
                left > 0 && !ending;
                left = deadlineNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void run() {
        while (!ending) {
            try {
                session.run(this);
            } catch (final FabricException ex) {
                if (ex.isFinal()) {
                    fail(ex);
                    return;
                }
                broken(ex);
            } catch (final RedisException ex) {
                broken(ex);
            } catch (final RuntimeException | LinkageError ex) {
                if (ending) {
                    break; // the client is closed under it
                }
                LOG.error("bridge {}: ended by a mistake of its own", status.name(), ex);
                status.state(State.FAILED, ex.toString());
                return;
            }
        }
        status.state(State.STOPPED, "");
    }

    private void fail(final FabricException ex) {
        LOG.error("bridge {}: {}", status.name(), ex.getMessage());
        status.state(State.FAILED, String.valueOf(ex.getMessage()));
    }

    private void broken(final Exception ex) {
        if (ending) {
            return;
        }
        final String reason = reason(ex);
        if (!reason.equals(status.reason())) {
            LOG.warn("bridge {}: {}", status.name(), reason);
        }
        status.breaks.increment();
        status.state(State.CONNECTING, reason);
        pause();
    }

    private static String reason(final Exception ex) {
        final Throwable cause = ex.getCause() == null ? ex : ex.getCause();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Says that it shall end. Any thread. */
    void end() {
        ending = true;
        session.wake();
        LockSupport.unpark(thread);
    }

    /** Waits for the end, a bounded time. */
    void await(final long milliseconds) {
        try {
            thread.join(milliseconds);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}

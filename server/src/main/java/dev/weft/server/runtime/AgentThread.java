package dev.weft.server.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;

/**
 * A thread that runs agents in turn. When none has work it spins a little, then parks until it is
 * signalled or its time is over; or it never parks ({@link Idle#BUSY}).
 */
public final class AgentThread implements Signal, AutoCloseable {
    /** What the thread does when there is nothing to do. */
    public enum Idle {
        /** Spins a little, then parks: an idle server costs nothing. */
        PARK(64),
        /** Parks at once: for agents that look at much, and are woken for each piece of work. */
        PARK_SOON(1),
        /** Spins: a core of its own for the lowest latency. */
        BUSY(Integer.MAX_VALUE);

        private final int spins;

        Idle(final int spins) {
            this.spins = spins;
        }
    }

    private static final long JOIN_MS = 5_000;

    private final Thread thread;
    private final Idle idle;
    private final LongSupplier parkNs;
    private final AgentErrors errors;
    private Agent[] agents = {}; // written before the thread starts
    private final AtomicBoolean signalled = new AtomicBoolean(); // set by any, cleared by this one
    private volatile boolean parked; // written by this thread, read by signal
    private volatile boolean running = true; // cleared by close

    /**
     * Makes the thread; it runs from {@link #start} on.
     *
     * @param parkNs longest time to park, asked for each time.
     */
    public AgentThread(
            final String name,
            final Idle idle,
            final LongSupplier parkNs,
            final AgentErrors errors) {
        this.idle = idle;
        this.parkNs = parkNs;
        this.errors = errors;
        thread = new Thread(this::run, name);
    }

    /** Starts the thread. To be called once. */
    public void start(final Agent... agentsInOrder) {
        agents = agentsInOrder.clone();
        thread.start();
    }

    @Override
    public void signal() {
        // A full fence on both sides: the thread says that it parks and then looks for a signal,
        // here the signal is set before the look at whether it parks.
        if (!signalled.getAndSet(true) && parked) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends the thread after its duty cycle, closes the agents on it, and waits for it. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        work();
        for (final Agent agent : agents) {
            try {
                agent.onClose();
            } catch (final RuntimeException ex) {
                errors.onError(agent, ex);
            }
        }
    }

    private void work() {
        int idleCount = 0;
        while (running) {
            signalled.set(
                    false); // before the work: what is signalled from now on counts for the next
            int workCount = 0;
            for (final Agent agent : agents) {
                workCount += runOne(agent);
            }
            if (workCount > 0) {
                idleCount = 0;
            } else if (idle == Idle.BUSY || idleCount < idle.spins) {
                idleCount++;
                Thread.onSpinWait();
            } else {
                park();
            }
        }
    }

    private void park() {
        parked = true; // before the look at signalled
        if (!signalled.get() && running) {
            LockSupport.parkNanos(this, parkNs.getAsLong());
        }
        parked = false;
    }

    private int runOne(final Agent agent) {
        try {
            return agent.doWork();
        } catch (final Throwable error) {
            if (!errors.onError(agent, error)) {
                running = false;
            }
            return 0;
        }
    }
}

package dev.weft.server.runtime;

import io.netty.channel.SingleThreadEventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.Agent;

/**
 * Runs agents on an I/O loop, in their order, as one task at the end of a loop iteration: after all
 * reads of that iteration, so that what arrived together is worked on together. However often it is
 * signalled before it runs, it runs once; from the loop's own thread a signal costs no system call.
 *
 * <p>A duty that leaves work behind runs again only after the loop has looked at its sockets.
 * Signals: any thread. Everything else: the loop's.
 */
public final class LoopDuty implements Signal {
    /** Rounds before the sockets have their turn again: one that works, one that finds the end. */
    private static final int ROUNDS_MAX = 2;

    private final SingleThreadEventLoop loop;
    private final AgentErrors errors;
    private final Runnable duty = this::run;
    private final Runnable queueDuty = this::queue;
    private final AtomicBoolean queued =
            new AtomicBoolean(); // set by any thread, cleared by the loop
    private Agent[] agents = {}; // written before the first signal
    private boolean running;
    private boolean again;
    private long runCount; // finished ones

    /** Makes it idle; {@link #agents} must follow before the first signal. */
    public LoopDuty(final SingleThreadEventLoop loop, final AgentErrors errors) {
        this.loop = loop;
        this.errors = errors;
    }

    /** Sets what it runs. To be called once, before anybody can signal. */
    public void agents(final Agent... agentsInOrder) {
        agents = agentsInOrder.clone();
    }

    /**
     * Something that an agent does beside its duty cycle, such as on a timer. What it throws is an
     * error of the agent's and ends nothing that is not ended by an error of its cycle.
     */
    public Runnable guarded(final Agent agent, final Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (final Throwable error) {
                errors.onError(agent, error);
            }
        };
    }

    /**
     * Runs that are over: while it stays the same, the loop has not gone back to its sockets since
     * the last one, or is with them. Thread: the loop.
     */
    public long runCount() {
        return runCount;
    }

    @Override
    public void signal() {
        if (loop.inEventLoop() && running) {
            again = true;
        } else if (!queued.getAndSet(true)) { // a full fence: what was handed over comes before it
            queue();
        }
    }

    private void queue() {
        if (loop.inEventLoop()) {
            loop.executeAfterEventLoopIteration(duty);
        } else if (!loop.isShuttingDown()) {
            loop.execute(queueDuty); // also starts a loop that has not run yet
        }
    }

    private void run() {
        queued.set(false); // before the work: what is signalled from now on counts for the next run
        running = true;
        int workCount = 0;
        try {
            for (int round = 0; round < ROUNDS_MAX; round++) {
                workCount = 0;
                again = false; // what was signalled in the round before is seen in this one
                for (final Agent agent : agents) {
                    workCount += runOne(agent);
                }
                if (workCount == 0) {
                    break;
                }
            }
        } finally {
            running = false;
            runCount++;
        }
        if ((workCount > 0 || again) && queued.compareAndSet(false, true)) {
            loop.execute(
                    queueDuty); // a task of the next iteration, which first looks at the sockets
        }
    }

    private int runOne(final Agent agent) {
        try {
            return agent.doWork();
        } catch (final Throwable error) {
            if (!errors.onError(agent, error)) {
                agents = new Agent[0];
            }
            return 0;
        }
    }
}

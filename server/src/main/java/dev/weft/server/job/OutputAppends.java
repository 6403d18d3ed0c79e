package dev.weft.server.job;

import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.sequencer.PendingAppend.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Appends what one job prints on one of its outputs, one event after the other. When the journal
 * takes nothing, the reader waits, and the process with it. One thread.
 */
final class OutputAppends {
    private static final long AGAIN_MS = 50;

    /** Makes one for a job. */
    @FunctionalInterface
    interface Maker {
        OutputAppends make(String job);
    }

    private final ServerEvents events;
    private final String job;
    private final BooleanSupplier isClosed;

    /**
     * Appends nothing yet.
     *
     * @param events used by this one alone.
     * @param isClosed whether the journal is not coming back.
     */
    OutputAppends(final ServerEvents events, final String job, final BooleanSupplier isClosed) {
        this.events = events;
        this.job = job;
        this.isClosed = isClosed;
    }

    /**
     * Appends an event and waits until it is.
     *
     * @return false if it never will be.
     */
    boolean append(final String data) throws InterruptedException {
        while (!isClosed.getAsBoolean()) {
            final EventBuilder event =
                    JobEvents.ofServer("step.output", job)
                            .sourceKind("local_process")
                            .stepId(JobProcess.STEP)
                            .data(data);
            final CompletableFuture<Status> outcome = new CompletableFuture<>();
            final boolean isOffered =
                    events.publish(event, pending -> outcome.complete(pending.status()));
            if (isOffered && outcome.join() == Status.APPENDED) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
        }
        return false;
    }
}

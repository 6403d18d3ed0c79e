package dev.weft.server;

import dev.weft.server.journal.JournalException;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.WriterAgent;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what an agent's error means. Whatever happens on the way into the journal is fatal: a
 * wrong state would be worse than a restart. What happens on the way out costs one request or one
 * stream, is logged, and the agent goes on; unless the JVM itself is in trouble. A page of a mapped
 * file that cannot be read ({@link InternalError}) and buffers that are used up ({@link
 * OutOfDirectMemoryError}) are no such trouble: they concern what was read or sent, not the heap.
 */
final class AgentFailures implements AgentErrors {
    private static final Logger LOG = LoggerFactory.getLogger(AgentFailures.class);

    private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
    private final AtomicLong survived = new AtomicLong();

    @Override
    public boolean onError(final Agent agent, final Throwable error) {
        final boolean isFatal =
                agent instanceof WriterAgent
                        || (error instanceof JournalException ex && ex.isFatal())
                        || (error instanceof Error && !isOfOneRequest(error));
        if (!isFatal) {
            survived.incrementAndGet();
            LOG.error("agent goes on after an error: agent={}", agent.roleName(), error);
            return true;
        }
        LOG.error("FATAL, the server stops: agent={}", agent.roleName(), error);
        fatal.complete(error);
        return false;
    }

    private static boolean isOfOneRequest(final Throwable error) {
        return error instanceof InternalError || error instanceof OutOfDirectMemoryError;
    }

    /** Completed with the first error that the server cannot survive. */
    CompletableFuture<Throwable> fatal() {
        return fatal;
    }

    /** Errors that were survived. Any thread. */
    long survivedCount() {
        return survived.get();
    }
}

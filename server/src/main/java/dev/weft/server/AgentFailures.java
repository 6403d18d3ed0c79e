package dev.weft.server;

import dev.weft.server.journal.JournalException;
import dev.weft.server.runtime.AgentErrors;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what an agent's error means. Whatever happens on the way into the journal is fatal: a
 * wrong state would be worse than a restart. What happens on the way out costs one request or one
 * stream, is logged, and the agent goes on; unless the JVM itself is in trouble.
 */
final class AgentFailures implements AgentErrors {
    private static final Logger LOG = LoggerFactory.getLogger(AgentFailures.class);
    private static final Set<String> WRITERS = Set.of("weft-seq", "weft-force", "weft-house");

    private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
    private final AtomicLong survived = new AtomicLong();

    @Override
    public boolean onError(final String agent, final Throwable error) {
        final boolean isFatal =
                error instanceof Error
                        || (error instanceof JournalException ex && ex.isFatal())
                        || WRITERS.contains(agent);
        if (!isFatal) {
            survived.incrementAndGet();
            LOG.error("agent goes on after an error: agent={}", agent, error);
            return true;
        }
        LOG.error("FATAL, the server stops: agent={}", agent, error);
        fatal.complete(error);
        return false;
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

package dev.weft.server.control;

import dev.weft.server.index.EventIndex;
import org.jspecify.annotations.Nullable;

/** What somebody wants to be done, and the rule whether it may be. For one request. */
@FunctionalInterface
public interface Command {
    /**
     * Decides by what is the case. May be asked again, when something has changed meanwhile, and
     * must then decide anew. Thread: query.
     *
     * @param index is asked by this thread only.
     * @param head newest sequence when the command was given: all up to it is indexed.
     * @return null to be asked again when its turn comes.
     * @throws dev.weft.server.http.ProblemException to refuse it.
     */
    @Nullable Decision decide(EventIndex index, long head);
}

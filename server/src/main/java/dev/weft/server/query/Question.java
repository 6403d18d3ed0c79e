package dev.weft.server.query;

import dev.weft.server.index.EventIndex;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody wants to know about what happened, for {@link Questions}. One object per
 * request: it may keep what it knows from one turn to the next.
 */
@FunctionalInterface
public interface Question {
    /**
     * Takes one step, in the time of a page: about a thousand events. Thread: query.
     *
     * @param index has everything up to {@code head}, and is asked by this thread only.
     * @param head newest sequence when the request was read: what counts as there.
     * @return the answer, JSON, owned by the caller; null to be called again when its turn comes.
     * @throws dev.weft.server.http.ProblemException to answer that instead.
     */
    @Nullable ByteBuf answer(EventIndex index, long head, ByteBufAllocator allocator);

    /**
     * Whether it may need many steps and keep much from one to the next. A few of those are under
     * way at a time.
     */
    default boolean isLong() {
        return false;
    }
}

package dev.weft.server.roll;

import dev.weft.server.stream.StreamLoop;
import dev.weft.server.stream.facts.SubscriberFacts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Asks every I/O loop for its subscribers. One for all loops, used by any of them. */
public final class RollCall {
    /**
     * One loop.
     *
     * @param executor runs tasks on it.
     */
    public record Loop(Executor executor, StreamLoop streams) {}

    private final List<Loop> loops;

    /**
     * Makes one for all loops of the server.
     *
     * @param loops one at least.
     */
    public RollCall(final List<Loop> loops) {
        this.loops = List.copyOf(loops);
    }

    /**
     * Gathers the subscribers behind an id.
     *
     * @param count most of them.
     * @param asking where {@code then} runs.
     * @param then gets them by ascending id.
     * @throws RejectedExecutionException if the server stops.
     */
    void ask(
            final long afterId,
            final int count,
            final Executor asking,
            final Consumer<List<SubscriberFacts>> then) {
        final List<SubscriberFacts> all = new ArrayList<>(); // touched by the asking thread only
        final int[] missing = {loops.size()};
        for (final Loop loop : loops) {
            loop.executor()
                    .execute(
                            () -> {
                                final List<SubscriberFacts> own =
                                        loop.streams().facts(afterId, count);
                                asking.execute(
                                        () -> {
                                            all.addAll(own);
                                            if (--missing[0] == 0) {
                                                then.accept(first(all, count));
                                            }
                                        });
                            });
        }
    }

    private static List<SubscriberFacts> first(final List<SubscriberFacts> all, final int count) {
        all.sort(Comparator.comparingLong(SubscriberFacts::id));
        return all.subList(0, Math.min(count, all.size()));
    }
}

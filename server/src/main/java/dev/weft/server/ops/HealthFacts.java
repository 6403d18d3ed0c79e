package dev.weft.server.ops;

import dev.weft.server.bridge.PartStatus;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /health} tells besides the journal's state.
 *
 * @param threading {@code shared} or {@code dedicated}.
 * @param transport such as {@code epoll}.
 * @param durability level of publishes that do not say one.
 * @param subscribers how many there are now; read by any thread.
 * @param indexedSequence newest sequence that queries of history find; read by any thread. Null if
 *     there is no index.
 * @param bridge its parts, none if there is no bridge; read by any thread.
 * @param recovery what was found at start, null if nothing was lost or skipped.
 */
public record HealthFacts(
        String threading,
        String transport,
        String durability,
        LongSupplier subscribers,
        @Nullable LongSupplier indexedSequence,
        List<PartStatus> bridge,
        @Nullable Recovery recovery) {
    public HealthFacts {
        bridge = List.copyOf(bridge);
    }

    /**
     * What the start found broken or left out for safety.
     *
     * @param damage what was broken, in words; empty for none.
     * @param skippedFrom first sequence that was left out, 0 for none.
     * @param skippedTo last one.
     */
    public record Recovery(List<String> damage, long skippedFrom, long skippedTo) {
        public Recovery {
            damage = List.copyOf(damage);
        }
    }
}

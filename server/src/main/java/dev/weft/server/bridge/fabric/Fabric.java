package dev.weft.server.bridge.fabric;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events' side of a bridge: the server of this process, or one that is spoken to over HTTP.
 * Called by the threads of the bridge, which may wait here.
 */
public interface Fabric {
    /** How a publish ended. */
    enum Outcome {
        /** All of it is in the journal. */
        APPENDED,
        /** Nothing of it is, because there is no room now. */
        LATER,
        /** Nobody knows: the journal has to be asked. */
        UNCLEAR
    }

    /**
     * Publishes events, all or none of them, in their order.
     *
     * @throws EventRefusedException if one of them is refused; nothing was appended.
     * @throws FabricException if it is refused as a whole.
     */
    Outcome publish(EventBatch batch) throws FabricException, EventRefusedException;

    /**
     * Newest id among events that something caused; everything that was appended before the call is
     * seen.
     *
     * @param wanted says which ids count.
     * @return null if there is none.
     */
    @Nullable String newestId(String causationId, Predicate<String> wanted) throws FabricException;

    /** Newest sequence. */
    long head() throws FabricException;

    /** Events that go out, from the one behind a sequence on. Belongs to the calling thread. */
    EventFeed feed(long afterSequence) throws FabricException;
}

package dev.weft.server.bridge.fabric;

/** Events on their way out, in the order of their sequences. One thread, but for {@link #end}. */
public interface EventFeed extends AutoCloseable {
    /** Fills an empty batch with what is there; waits a while if that is nothing. */
    void poll(OutgoingBatch target) throws FabricException;

    /** Ends a {@link #poll} that waits, and those to come. Any thread. */
    void end();

    @Override
    void close();
}

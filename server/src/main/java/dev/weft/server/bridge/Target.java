package dev.weft.server.bridge;

import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.fabric.OutgoingBatch;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import java.util.List;

/** Where events go on the other side. Thread: that of its {@link Outlet}. */
interface Target {
    /** Sequence behind which to go on. */
    long begin(ValkeyConnection connection, Fabric fabric) throws FabricException;

    /**
     * Sends events in their order.
     *
     * @return how many had somewhere to go.
     */
    int send(ValkeyConnection connection, List<OutgoingBatch.Event> events);
}

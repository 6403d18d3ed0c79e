package dev.weft.server.bridge;

import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventRefusedException;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.Fabric.Outcome;
import dev.weft.server.bridge.fabric.FabricException;
import java.util.function.BooleanSupplier;

/** Gets a batch into the journal, however often it has to be tried. One thread. */
final class Publisher {
    private final Fabric fabric;
    private final EventMapper mapper;
    private final PartStatus status;

    Publisher(final Fabric fabric, final EventMapper mapper, final PartStatus status) {
        this.fabric = fabric;
        this.mapper = mapper;
        this.status = status;
    }

    /**
     * Publishes a batch. While there is no room, it waits and nothing more is read: that is the
     * back pressure.
     *
     * @param mayPublish asked before each try.
     * @return {@link Outcome#APPENDED}, or {@link Outcome#UNCLEAR}: the journal has to be asked; or
     *     {@link Outcome#LATER}: it shall end, or may no longer publish, and nothing was appended.
     */
    Outcome publish(final EventBatch batch, final Life life, final BooleanSupplier mayPublish)
            throws FabricException {
        while (!life.isEnding() && mayPublish.getAsBoolean()) {
            try {
                final Outcome outcome = fabric.publish(batch);
                if (outcome != Outcome.LATER) {
                    life.succeeded();
                    return outcome;
                }
                status.waits.increment();
                life.pause();
            } catch (final EventRefusedException ex) {
                status.rejected.increment();
                mapper.reject(ex.index(), String.valueOf(ex.getMessage()), batch);
            }
        }
        return Outcome.LATER;
    }
}

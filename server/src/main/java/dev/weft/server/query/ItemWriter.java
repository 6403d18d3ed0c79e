package dev.weft.server.query;

import dev.weft.protocol.frame.BlockFlyweight;
import io.netty.buffer.ByteBuf;

/** How an event stands in an answer. Stateless; any thread. */
@FunctionalInterface
public interface ItemWriter {
    /** The whole envelope, as it is stored. */
    ItemWriter ENVELOPE = Envelopes::append;

    /** Appends one event: one JSON object. */
    void write(BlockFlyweight block, int index, ByteBuf target);
}

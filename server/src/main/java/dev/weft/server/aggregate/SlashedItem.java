package dev.weft.server.aggregate;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.query.ItemWriter;
import io.netty.buffer.ByteBuf;

/**
 * Items of {@code GET /events/}: what {@code GET /events} shows, with the members that clients of
 * the aggregates know before it. For one request, because it keeps buffers.
 */
public final class SlashedItem implements ItemWriter {
    private final AggregateItem members = new AggregateItem();
    private final ItemWriter shown;

    /**
     * Makes the writer.
     *
     * @param shown writes what is shown without the slash.
     */
    public SlashedItem(final ItemWriter shown) {
        this.shown = shown;
    }

    @Override
    public void write(final BlockFlyweight block, final int index, final ByteBuf target) {
        target.writeByte('{');
        members.write(block, index, target);
        final int at = target.writerIndex();
        shown.write(block, index, target);
        target.setByte(at, ','); // in place of the opening brace that every item has
    }
}

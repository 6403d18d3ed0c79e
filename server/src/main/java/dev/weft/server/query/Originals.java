package dev.weft.server.query;

import dev.weft.server.ingest.OriginalLookup;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;

/** Looks up the events that repeated publishes ask for, among the other reads of history. */
public final class Originals implements OriginalLookup {
    private final History history;
    private final ByteBufAllocator allocator;

    public Originals(final History history, final ByteBufAllocator allocator) {
        this.history = history;
        this.allocator = allocator;
    }

    @Override
    public boolean lookUp(final long sequence, final EventLoop loop, final Receiver receiver) {
        return history.offer(
                new EventRead(allocator, loop, sequence, read -> receiver.onOriginal(read.take())));
    }
}

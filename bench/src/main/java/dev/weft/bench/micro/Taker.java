package dev.weft.bench.micro;

import dev.weft.server.fanout.Member;
import dev.weft.server.fanout.Seat;
import io.netty.buffer.ByteBuf;

/** A subscriber that takes everything, and writes nothing. */
final class Taker implements Member {
    private final Seat seat = new Seat();
    private long byteCount;

    @Override
    public boolean deliver(final ByteBuf batch, final boolean isLast) {
        byteCount += batch.readableBytes();
        batch.release();
        return true;
    }

    @Override
    public void onLeft(final long cursor, final LeaveReason reason) {
        throw new IllegalStateException(
                "left at " + cursor + ": " + reason + " after " + byteCount);
    }

    @Override
    public Seat seat() {
        return seat;
    }
}

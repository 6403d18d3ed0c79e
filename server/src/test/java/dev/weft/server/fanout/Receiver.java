package dev.weft.server.fanout;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A member that remembers what it got. */
final class Receiver implements Member {
    private final Seat seat = new Seat();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    final List<String> left = new ArrayList<>();
    int delivered;
    int flushes;
    boolean throwing;
    boolean stalled;

    @Override
    public boolean deliver(final ByteBuf batch, final boolean isLast) {
        received.writeBytes(ByteBufUtil.getBytes(batch));
        batch.release();
        if (throwing) {
            throw new IllegalStateException("broken pipeline");
        }
        delivered++;
        flushes += isLast ? 1 : 0;
        return !stalled;
    }

    @Override
    public void onLeft(final long cursor, final LeaveReason reason) {
        left.add(reason + " " + cursor);
    }

    @Override
    public Seat seat() {
        return seat;
    }

    byte[] received() {
        return received.toByteArray();
    }
}

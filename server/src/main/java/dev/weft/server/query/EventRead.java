package dev.weft.server.query;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.stream.replay.BlockCursor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads one event. Handed from the loop to the query thread and back. */
final class EventRead implements History.Read {
    private final ByteBufAllocator allocator;
    private final EventLoop loop;
    private final long sequence;
    private final Consumer<EventRead> whenRead;
    private @Nullable ByteBuf envelope;
    private Outcome outcome = Outcome.READ;

    /**
     * Makes the read.
     *
     * @param whenRead called once, on {@code loop}.
     */
    EventRead(
            final ByteBufAllocator allocator,
            final EventLoop loop,
            final long sequence,
            final Consumer<EventRead> whenRead) {
        this.allocator = allocator;
        this.loop = loop;
        this.sequence = sequence;
        this.whenRead = whenRead;
    }

    /** Hands the envelope over; null if the journal has it no more, or not yet. */
    @Nullable ByteBuf take() {
        final ByteBuf taken = envelope;
        envelope = null;
        return taken;
    }

    /** How it ended. */
    Outcome outcome() {
        return outcome;
    }

    @Override
    public @Nullable ByteBuf bytes() {
        return envelope;
    }

    @Override
    public void bytes(final ByteBuf counted) {
        envelope = counted;
    }

    @Override
    public long firstSequence() {
        return sequence;
    }

    @Override
    public boolean read(final History.Sources sources) {
        final BlockCursor cursor = sources.cursor();
        if (sequence < sources.journal().oldestSequence()
                || cursor.at(sequence) != BlockCursor.BLOCK) {
            return true;
        }
        final BlockFlyweight block = cursor.block();
        final int index = (int) (sequence - block.firstSequence());
        final ByteBuf target = allocator.directBuffer(Envelopes.length(block, index));
        envelope = target; // first, so that it is freed if the copy fails
        Envelopes.append(block, index, target);
        return true;
    }

    @Override
    public void answer(final Outcome how) {
        outcome = how;
        if (how != Outcome.READ) {
            discard();
        }
        try {
            loop.execute(() -> whenRead.accept(this));
        } catch (
                final RejectedExecutionException ex) { // the loop has ended, and the client with it
            discard();
        }
    }

    private void discard() {
        final ByteBuf unsent = take();
        if (unsent != null) {
            unsent.release();
        }
    }
}

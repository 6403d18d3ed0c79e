package dev.weft.server.stream.replay;

import dev.weft.server.runtime.Signal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that were read from the journal and are not yet written to their sockets, of all
 * connections together: what clients that do not read can make the process hold. Taken before a
 * read, given back when the memory is freed: written, or thrown away with its connection. What one
 * read needs beyond its share, a single long event, it gets; the next ones then wait for it.
 *
 * <p>Any thread; waiting is for one, which is told by its signal.
 */
public final class ReadBudget {
    private final long lengthMax;
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger holders = new AtomicInteger();
    private volatile boolean isShort; // somebody waits
    private volatile Signal signal = () -> {};

    /**
     * Makes it unused.
     *
     * @param lengthMax bytes.
     */
    public ReadBudget(final long lengthMax) {
        this.lengthMax = lengthMax;
    }

    /** Sets what tells the waiting thread that something was given back. */
    public void wakeBy(final Signal wakeUp) {
        signal = wakeUp;
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }

    /** Reads that have bytes in use. */
    public int holders() {
        return holders.get();
    }

    /** Whether somebody was refused and nothing was given back since. */
    public boolean isShort() {
        return isShort;
    }

    /** Whether more than half of it is free: enough for what is only read ahead. */
    public boolean isAmple() {
        return used.get() < lengthMax / 2;
    }

    /** A fair part of it for one of so many who wait, next to those that have theirs. */
    public int share(final int waiting, final int min, final int max) {
        return (int) Math.max(min, Math.min(max, lengthMax / Math.max(1, waiting + holders.get())));
    }

    /**
     * Takes bytes for one read, or answers false; the signal is given when it is worth asking
     * again.
     */
    public boolean take(final int length) {
        if (tryTake(length)) {
            return true;
        }
        isShort = true; // before the second look: what is given back after that sees it
        if (tryTake(length)) {
            isShort = false;
            return true;
        }
        return false;
    }

    /** Takes bytes if there are some. */
    public boolean tryTake(final int length) {
        long before = used.get();
        while (before == 0 || before + length <= lengthMax) {
            if (used.compareAndSet(before, before + length)) {
                holders.incrementAndGet();
                return true;
            }
            before = used.get();
        }
        return false;
    }

    /** Gives back what was taken. */
    public void giveBack(final int length) {
        used.addAndGet(-length);
        holders.decrementAndGet();
        if (isShort) {
            isShort = false;
            signal.signal();
        }
    }

    /**
     * Puts what was read in place of what was taken for it.
     *
     * @param bytes taken over.
     * @param taken as {@link #take} was asked for.
     * @return the same bytes; freeing them gives the budget back.
     */
    public ByteBuf counted(final ByteBuf bytes, final int taken) {
        used.addAndGet(bytes.capacity() - taken);
        return new Counted(bytes, this);
    }

    /** Tells when its memory is freed; the one thing for which Netty has no listener. */
    private static final class Counted extends CompositeByteBuf {
        private final ReadBudget budget;
        private final int length;

        Counted(final ByteBuf bytes, final ReadBudget budget) {
            super(bytes.alloc(), true, 1);
            this.budget = budget;
            length = bytes.capacity();
            addComponent(true, bytes);
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            budget.giveBack(length);
        }
    }
}

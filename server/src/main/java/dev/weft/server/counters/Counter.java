package dev.weft.server.counters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A number that one thread writes and any thread reads, without a lock or an atomic instruction.
 */
public final class Counter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private long value; // released by its writer, acquired in get

    /** Thread: the writer. */
    public void increment() {
        VALUE.setRelease(this, value + 1);
    }

    /** Thread: the writer. */
    public void add(final long delta) {
        VALUE.setRelease(this, value + delta);
    }

    /** Thread: the writer. */
    public void set(final long newValue) {
        VALUE.setRelease(this, newValue);
    }

    /** Any thread; acquires. */
    public long get() {
        return (long) VALUE.getAcquire(this);
    }
}

package dev.weft.server.driver.process;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a process has printed and the driver has not yet passed on, bounded in bytes. When it is
 * full, whoever reads the process's output waits, then the pipe fills, then the process waits. Two
 * readers put, {@code weft-drive} takes.
 */
final class PrintedQueue {
    static final int LENGTH_MAX = 256 * 1024; // and one line more

    // Guarded by this.
    private final ArrayDeque<Printed> waiting = new ArrayDeque<>();
    private int length;
    private boolean isClosed;

    /** Waits while there is no room; drops what comes after the end. */
    synchronized void put(final Printed printed) throws InterruptedException {
        while (length >= LENGTH_MAX && !isClosed) {
            wait();
        }
        if (!isClosed) {
            waiting.add(printed);
            length += printed.length();
        }
    }

    /** The oldest, which stays; null if there is none. */
    synchronized @Nullable Printed peek() {
        return waiting.peek();
    }

    /** Takes the oldest away. */
    synchronized void remove() {
        final Printed removed = waiting.poll();
        if (removed != null) {
            length -= removed.length();
            notifyAll();
        }
    }

    /** Nobody takes anything any more. */
    synchronized void close() {
        isClosed = true;
        waiting.clear();
        notifyAll();
    }
}

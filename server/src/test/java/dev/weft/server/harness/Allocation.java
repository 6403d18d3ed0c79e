package dev.weft.server.harness;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What the calling thread allocates on the Java heap, as the JVM counts it: exact, no sampling, no
 * time. While the JVM warms up it charges a thread for things of its own, such as the texts of a
 * method that is about to be compiled; so the question is whether it comes to rest.
 */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WINDOWS_MAX = 500;

    private Allocation() {}

    /** One operation; what it prepares and what it measures it tells apart itself. */
    @FunctionalInterface
    public interface Operation {
        /** Runs once. @return bytes that the measured part allocated. */
        long run();
    }

    /** Bytes that this thread has allocated up to now. */
    public static long bytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /**
     * Runs windows of an operation until so many in a row have allocated nothing.
     *
     * @throws AssertionError with what the last windows allocated, if that never happens.
     */
    public static void awaitNone(
            final int operations, final int windows, final Operation operation) {
        final long[] last = new long[windows];
        int quiet = 0;
        for (int window = 0; window < WINDOWS_MAX; window++) {
            long sum = 0;
            for (int i = 0; i < operations; i++) {
                sum += operation.run();
            }
            last[window % windows] = sum;
            quiet = sum == 0 ? quiet + 1 : 0;
            if (quiet == windows) {
                return;
            }
        }
        throw new AssertionError(
                "bytes allocated by each of the last windows of %d operations: %s"
                        .formatted(operations, Arrays.toString(last)));
    }
}

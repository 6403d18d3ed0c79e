package dev.weft.bench.client;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.HdrHistogram.Histogram;

/**
 * Calls of one kind by a schedule, over a connection of their own: call {@code i} is due {@code i}
 * intervals after the start, whatever became of those before, and its time counts from then. The
 * caller's thread.
 */
public final class PacedCalls {
    private static final int DIGITS = 3;
    private static final int REFUSED = 300;

    private PacedCalls() {}

    /**
     * Makes them.
     *
     * @param goesOn whether the call of a number, from 0, is still to be made.
     * @return nanoseconds from due time to the end of the answer, of each.
     * @throws IOException if one is refused.
     */
    public static Histogram run(
            final int port,
            final int perSecond,
            final IntPredicate goesOn,
            final IntFunction<SimpleLink.Request> requests)
            throws IOException {
        final Histogram times = new Histogram(DIGITS);
        try (SimpleLink link = new SimpleLink(port)) {
            final long startNs = System.nanoTime();
            for (int i = 0; goesOn.test(i); i++) {
                final long dueNs = startNs + i * (1_000_000_000L / perSecond);
                sleepUntil(dueNs);
                final SimpleLink.Answer answer = link.ask(requests.apply(i));
                times.recordValue(System.nanoTime() - dueNs);
                if (answer.status() >= REFUSED) {
                    throw new IOException("call %d was refused: %s".formatted(i, answer));
                }
            }
        }
        return times;
    }

    private static void sleepUntil(final long dueNs) {
        for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}

package dev.weft.server.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All subscribers of one I/O loop, and which of them need a frame because nothing happens. Each
 * stays in one of five buckets; every tick looks at one of them, so idle subscribers cost one look
 * per third of the interval, no timer each, and their keep-alives spread over time. Thread: the I/O
 * loop.
 *
 * <p>A frame is due after ten quiet ticks of the fifteen that an interval has: the bucket's next
 * turn would be too late.
 */
final class KeepAlive {
    /** Ticks in one interval. */
    static final int TICKS_PER_INTERVAL = 15;

    private static final int BUCKETS = 5;
    private static final int QUIET_TICKS_MAX = TICKS_PER_INTERVAL - BUCKETS;

    private final List<List<Subscriber>> buckets = new ArrayList<>(BUCKETS);
    private int tick;
    private int nextBucket;

    KeepAlive() {
        for (int i = 0; i < BUCKETS; i++) {
            buckets.add(new ArrayList<>());
        }
    }

    /** Number of the tick that runs now: the clock of {@link Subscriber#lastFrameTick}. */
    int tick() {
        return tick;
    }

    void add(final Subscriber subscriber) {
        final int index = nextBucket++ % BUCKETS;
        nextBucket %= BUCKETS;
        final List<Subscriber> bucket = buckets.get(index);
        subscriber.bucket = index;
        subscriber.bucketIndex = bucket.size();
        bucket.add(subscriber);
    }

    void remove(final Subscriber subscriber) {
        if (subscriber.bucketIndex < 0) {
            return;
        }
        final List<Subscriber> bucket = buckets.get(subscriber.bucket);
        final Subscriber last = bucket.remove(bucket.size() - 1);
        if (last != subscriber) {
            bucket.set(subscriber.bucketIndex, last);
            last.bucketIndex = subscriber.bucketIndex;
        }
        subscriber.bucketIndex = -1;
    }

    /** Looks at one bucket. */
    void onTick(final Consumer<Subscriber> whenQuiet) {
        tick++;
        final List<Subscriber> bucket = buckets.get(Math.floorMod(tick, BUCKETS));
        for (int i = bucket.size() - 1;
                i >= 0;
                i--) { // backwards: who leaves is replaced by one already looked at
            if (i < bucket.size()) {
                final Subscriber subscriber = bucket.get(i);
                if (tick - subscriber.lastFrameTick >= QUIET_TICKS_MAX) {
                    whenQuiet.accept(subscriber);
                }
            }
        }
    }

    /** Everyone there is now; the list is the caller's. */
    List<Subscriber> all() {
        final List<Subscriber> all = new ArrayList<>();
        buckets.forEach(all::addAll);
        return all;
    }
}

package dev.weft.server.stream;

import dev.weft.server.fanout.Policy;
import dev.weft.server.runtime.Signal;
import dev.weft.server.runtime.Timer;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a loop when something is to go out although nothing happens until then. Times are those of
 * events, microseconds since the epoch by a clock that may be set; timers run by another one. So
 * one that has run out may find that its time has not come, and is set again. Thread: the I/O loop.
 */
final class Alarm {
    private final Timer timer;
    private final Signal signal;
    private final Runnable onTime = this::onTime;
    private @Nullable Future<?> running; // at most one
    private long dueUs; // when it runs out, while there is one

    Alarm(final Timer timer, final Signal signal) {
        this.timer = timer;
        this.signal = signal;
    }

    /** Has the loop woken at a time, or before. */
    void set(final long wantedUs, final long nowUs) {
        final Future<?> before = running;
        if (before != null) {
            if (nowUs < dueUs && dueUs <= wantedUs && dueUs - nowUs <= Policy.INTERVAL_US_MAX) {
                return;
            }
            before.cancel(false); // something is due earlier, or the clock was set
        }
        dueUs = wantedUs;
        running =
                timer.schedule(
                        onTime, Math.max(1, Math.min(wantedUs - nowUs, Policy.INTERVAL_US_MAX)));
    }

    private void onTime() {
        running = null;
        signal.signal();
    }
}

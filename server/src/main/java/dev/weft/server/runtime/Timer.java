package dev.weft.server.runtime;

import java.util.concurrent.Future;

/** Runs tasks later, on the thread that asks for it. */
@FunctionalInterface
public interface Timer {
    /** Runs a task after a while; what it answers can be cancelled until then. */
    Future<?> schedule(Runnable task, long delayUs);
}

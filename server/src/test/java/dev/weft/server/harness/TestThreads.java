package dev.weft.server.harness;

import org.jspecify.annotations.Nullable;

/** Threads of a test, and what went wrong on any of them. */
public final class TestThreads {
    private volatile @Nullable Throwable failure;

    /** What one of them does. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** Starts one; it ends with the process at the latest. */
    public Thread start(final Work work) {
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (final Throwable ex) {
                                failure = ex;
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** What failed last, null as long as all is well. */
    public @Nullable Throwable failure() {
        return failure;
    }
}

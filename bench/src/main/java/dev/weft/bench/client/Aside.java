package dev.weft.bench.client;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Something that takes its time, done on a thread of its own, so that the thread that takes times
 * of others goes on meanwhile.
 *
 * @param <T> what comes of it.
 */
public final class Aside<T> {
    private final FutureTask<T> task;

    private Aside(final Callable<T> work) {
        task = new FutureTask<>(work);
    }

    public static <T> Aside<T> begin(final Callable<T> work) {
        final Aside<T> aside = new Aside<>(work);
        final Thread thread = new Thread(aside.task, "rig-aside");
        thread.setDaemon(true);
        thread.start();
        return aside;
    }

    boolean isDone() {
        return task.isDone();
    }

    /** What came of it, when it is done. */
    public T result() throws IOException {
        try {
            return task.get();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        } catch (final ExecutionException ex) {
            if (ex.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw ex.getCause() instanceof IOException cause ? cause : new IOException(ex);
        }
    }
}

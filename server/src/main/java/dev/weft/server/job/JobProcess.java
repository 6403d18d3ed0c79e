package dev.weft.server.job;

import dev.weft.server.process.Child;
import dev.weft.server.process.Command;
import dev.weft.server.process.Exit;
import dev.weft.server.process.MarkedProcesses;
import dev.weft.server.process.ResourceLimits;
import dev.weft.server.process.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The process that does a job, and the two threads that read what it prints. It has ended when the
 * process has and all that it printed is appended; whoever else holds its output open is not waited
 * for.
 */
final class JobProcess {
    /** Id of the one step that it is. */
    static final String STEP = "command";

    /** Before the id of the job in what its processes are known by. */
    private static final String MARK = "weft-job:";

    /** In the environment of the process and of all it starts: the id of the job. */
    static final String VARIABLE = "WEFT_JOB";

    /** How long output is read on after the process itself has ended. */
    private static final long REST_MS = 1_000;

    private static final long NS_PER_MS = 1_000_000;

    private final Child child;
    private final long startNs;
    private final CompletableFuture<Void> ended;
    private boolean isStopping; // runner only

    private JobProcess(final Child child, final CompletableFuture<Void> ended) {
        this.child = child;
        this.ended = ended;
        startNs = System.nanoTime();
    }

    /**
     * Starts one.
     *
     * @param words of the command.
     * @throws java.nio.file.NoSuchFileException if there is no such program; its name is the
     *     message.
     * @throws IOException if it cannot be run.
     */
    static JobProcess start(
            final String id,
            final List<String> words,
            final @Nullable Path directory,
            final OutputAppends.Maker appends)
            throws IOException {
        final Child child =
                Child.start(
                        new Command(
                                words,
                                directory,
                                Map.of(VARIABLE, id),
                                ResourceLimits.NONE,
                                Command.Input.PIPE,
                                true,
                                MARK + id));
        child.input().close();
        final CompletableFuture<Void> output =
                JobOutput.read(child.output(), "stdout", appends.make(id));
        final CompletableFuture<Void> errors =
                JobOutput.read(child.errors(), "stderr", appends.make(id));
        final CompletableFuture<Void> all = CompletableFuture.allOf(output, errors);
        child.exit()
                .whenComplete(
                        (exit, failure) ->
                                CompletableFuture.delayedExecutor(REST_MS, TimeUnit.MILLISECONDS)
                                        .execute(child::closePipes));
        return new JobProcess(child, CompletableFuture.allOf(child.exit(), all));
    }

    /** Ends what is left of the process of a job whose server has died. */
    static void killLeft(final String id) {
        MarkedProcesses.kill(mark -> MarkedProcesses.isWithin(mark, MARK + id));
    }

    /** Completed when it has ended and all is appended. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** How it ended; only then. */
    EndJob.End end() {
        final Exit exit = child.exit().join();
        return new EndJob.End(
                exit.code(),
                (System.nanoTime() - startNs) / NS_PER_MS,
                exit.isSuccess() ? null : exit.text());
    }

    /** Asks it to end; true the first time. */
    boolean stop() {
        if (isStopping) {
            return false;
        }
        isStopping = true;
        child.signal(Signal.TERMINATE);
        return true;
    }

    /** Ends it and all it started. */
    void kill() {
        child.kill();
    }
}

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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The process that does a job, and the two threads that read what it prints. It has ended when the
 * process has and all that it printed is appended, however long the journal takes for that. What it
 * has started and left is ended a moment after it, and who then still holds its output open is only
 * listened to until he is quiet.
 */
final class JobProcess {
    /** Id of the one step that it is. */
    static final String STEP = "command";

    /** Before the id of the job in what its processes are known by. */
    private static final String MARK = "weft-job:";

    /** In the environment of the process and of all it starts: the id of the job. */
    static final String VARIABLE = "WEFT_JOB";

    /** How long what it left may live on, and then be quiet with its output open. */
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
        final List<JobOutput> outputs =
                List.of(
                        JobOutput.read(child.output(), "stdout", appends.make(id)),
                        JobOutput.read(child.errors(), "stderr", appends.make(id)));
        final CompletableFuture<Void> all =
                CompletableFuture.allOf(outputs.get(0).done(), outputs.get(1).done());
        child.exit()
                .whenComplete(
                        (exit, failure) ->
                                later(
                                        () -> {
                                            if (!all.isDone()) {
                                                child.kill();
                                            }
                                            closeWhenQuiet(child, outputs);
                                        }));
        return new JobProcess(child, CompletableFuture.allOf(child.exit(), all));
    }

    private static void closeWhenQuiet(final Child child, final List<JobOutput> outputs) {
        if (outputs.stream().allMatch(each -> each.isQuietFor(REST_MS * NS_PER_MS))) {
            child.closePipes();
        } else {
            later(() -> closeWhenQuiet(child, outputs));
        }
    }

    private static void later(final Runnable step) {
        CompletableFuture.delayedExecutor(REST_MS, TimeUnit.MILLISECONDS).execute(step);
    }

    /** Ends what is left of the process of a job whose server has died. */
    static void killLeft(final String id) {
        MarkedProcesses.kill(mark -> MarkedProcesses.isWithin(mark, MARK + id));
    }

    /** Ids of the jobs of which processes live, whoever has started them. */
    static Set<String> allLeft() {
        return MarkedProcesses.withPrefix(MARK).keySet().stream()
                .map(rest -> rest.split("/", 2)[0]) // what a command has started may have its own
                .collect(Collectors.toSet());
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

    /** Ends it and all it started, and soon listens to nobody who got away. */
    void kill() {
        child.kill();
        later(child::closePipes);
    }
}

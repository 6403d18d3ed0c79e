package dev.weft.server.cli.run;

import dev.weft.protocol.json.JsonText;
import dev.weft.server.process.Child;
import dev.weft.server.process.Command;
import dev.weft.server.process.Exit;
import dev.weft.server.process.Signal;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One command from its start to its end, told as events. Main thread; {@link #cancel} any other.
 */
final class JobRun {
    /** What a shell ends with when there is no such program, or it cannot be run. */
    static final int NOT_FOUND = 127;

    static final int NOT_RUNNABLE = 126;

    /** How long what a command has left behind may be silent before nobody listens any more. */
    private static final long QUIET_MAX_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long JOIN_MS = 20;

    private final RunIdentity identity;
    private final RunEvents events;
    private final Names names;
    private final Consumer<String> tell;
    private volatile @Nullable Child child; // read by cancel
    private volatile boolean isCancelled;

    /** What people call the job and its step, and the phase that the step belongs to. */
    record Names(String job, String step, String phase) {}

    JobRun(
            final RunIdentity identity,
            final RunEvents events,
            final Names names,
            final Consumer<String> tell) {
        this.identity = identity;
        this.events = events;
        this.names = names;
        this.tell = tell;
    }

    /**
     * Runs the command to its end.
     *
     * @return what to end with: the command's own code, as a shell has it.
     */
    int run(final Command command, final WritableByteChannel out, final WritableByteChannel err)
            throws InterruptedException {
        final long startNs = System.nanoTime();
        begin();
        final Child started;
        try {
            started = Child.start(command);
        } catch (final IOException ex) {
            return notStarted(command.words().get(0), ex, startNs);
        }
        child = started;
        final OutputPump stdout =
                new OutputPump(OutputName.STDOUT, started.output(), out, events, tell);
        final OutputPump stderr =
                new OutputPump(OutputName.STDERR, started.errors(), err, events, tell);
        final Thread stdoutThread = thread(stdout, "weft-stdout");
        final Thread stderrThread = thread(stderr, "weft-stderr");
        if (isCancelled) {
            started.kill(); // it was asked for before there was anything to end
        }
        final Exit exit = exitOf(started);
        events.commandEnded();
        awaitEnd(stdoutThread, stdout, started);
        awaitEnd(stderrThread, stderr, started);
        end(exit, durationMs(startNs));
        return exit.code();
    }

    /**
     * Asks the command to end as Ctrl-C does, then more and more firmly.
     *
     * @param isAsked whether the terminal has done that already.
     * @param grace how long to wait each time.
     */
    void cancel(final boolean isAsked, final Duration grace) throws InterruptedException {
        isCancelled = true;
        final Child running = child;
        if (running == null) {
            return;
        }
        if (!isAsked) {
            running.signal(Signal.INTERRUPT);
        }
        if (!endsWithin(running, grace)) {
            running.signal(Signal.TERMINATE);
        }
        if (!endsWithin(running, grace)) {
            running.kill();
        }
    }

    private static boolean endsWithin(final Child running, final Duration time)
            throws InterruptedException {
        try {
            running.exit().get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (final TimeoutException ex) {
            return false;
        } catch (final ExecutionException ex) {
            return true;
        }
    }

    private static Exit exitOf(final Child child) throws InterruptedException {
        try {
            return child.exit().get();
        } catch (final ExecutionException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void awaitEnd(final Thread thread, final OutputPump pump, final Child child)
            throws InterruptedException {
        while (thread.isAlive()) {
            thread.join(JOIN_MS);
            if (pump.isQuietFor(QUIET_MAX_NS)) {
                child.closePipes();
            }
        }
    }

    private static Thread thread(final Runnable work, final String name) {
        final Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void begin() throws InterruptedException {
        if (identity.ownsJob()) {
            final StringBuilder created = new StringBuilder("{\"name\":");
            JsonText.quote(created, names.job());
            job("job.created", created.append(",\"type\":\"command\"}"));
            job("job.started", new StringBuilder("{}"));
        }
        final StringBuilder started = step().append(",\"name\":");
        JsonText.quote(started, names.step());
        started.append(",\"phase\":");
        JsonText.quote(started, names.phase());
        step("step.started", started.append('}'));
    }

    private int notStarted(final String program, final IOException ex, final long startNs)
            throws InterruptedException {
        final boolean isMissing = ex instanceof NoSuchFileException;
        final String reason =
                isMissing
                        ? ex.getMessage() + ": no such program"
                        : ex instanceof AccessDeniedException
                                ? program + ": may not be run"
                                : program + ": " + ex.getMessage();
        tell.accept(reason);
        final int code = isMissing ? NOT_FOUND : NOT_RUNNABLE;
        final long durationMs = durationMs(startNs);
        final StringBuilder error = new StringBuilder(",\"error\":");
        JsonText.quote(error, reason);
        final String facts = ",\"duration_ms\":" + durationMs + ",\"exit_code\":" + code + error;
        step("step.failed", step().append(",\"status\":\"failed\"").append(facts).append('}'));
        endJob("job.failed", facts);
        return code;
    }

    private void end(final Exit exit, final long durationMs) throws InterruptedException {
        final StringBuilder facts = new StringBuilder(",\"duration_ms\":").append(durationMs);
        facts.append(",\"exit_code\":").append(exit.code());
        if (exit.signal() != null) {
            facts.append(",\"signal\":\"").append(exit.signal()).append('"');
        }
        final boolean isFine = exit.isSuccess() && !isCancelled;
        if (!isFine) {
            facts.append(",\"error\":\"");
            facts.append(isCancelled ? "cancelled, " : "").append(exit.text()).append('"');
        }
        final StringBuilder step =
                step().append(",\"status\":\"").append(isFine ? "completed" : "failed").append('"');
        step(isFine ? "step.completed" : "step.failed", step.append(facts).append('}'));
        endJob(
                isCancelled ? "job.cancelled" : isFine ? "job.completed" : "job.failed",
                facts.toString());
    }

    private void endJob(final String type, final String facts) throws InterruptedException {
        if (identity.ownsJob()) {
            job(type, new StringBuilder("{").append(facts, 1, facts.length()).append('}'));
        }
    }

    private StringBuilder step() {
        return new StringBuilder("{\"stepId\":\"").append(identity.step()).append('"');
    }

    private void job(final String type, final StringBuilder data) throws InterruptedException {
        try {
            events.job(type, data.toString());
        } catch (final IOException ex) {
            tell.accept("not recorded: " + type + ": " + ex.getMessage());
        }
    }

    private void step(final String type, final StringBuilder data) throws InterruptedException {
        try {
            events.step(type, data.toString());
        } catch (final IOException ex) {
            tell.accept("not recorded: " + type + ": " + ex.getMessage());
        }
    }

    private static long durationMs(final long startNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }
}

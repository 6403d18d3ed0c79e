package dev.weft.server.job;

import dev.weft.protocol.Problem;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Reply;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.journal.Journal;
import dev.weft.server.process.Programs;
import dev.weft.server.query.History;
import dev.weft.server.sequencer.AppendInbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs that name a configured command: takes those that wait, in their order and so many
 * at a time, starts a process for each and tells its end. What waits, and what was cancelled, it
 * asks of the events; it keeps nothing but its processes. What a server that died has left behind
 * is ended first. Thread: {@code weft-jobs}, but for {@link #signal} and {@link #close}.
 */
public final class JobRunner implements AutoCloseable {
    /**
     * What it may run.
     *
     * @param commands words of each by its name.
     * @param directory where they run, null for the server's own.
     * @param runningMax jobs at a time.
     */
    public record Config(
            Map<String, List<String>> commands, @Nullable Path directory, int runningMax) {
        public Config {
            commands = Map.copyOf(commands);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

    /** Between two looks while something runs or waits: how soon a cancel is noticed. */
    private static final long LOOK_MS = 200;

    private static final long AGAIN_MS = 500;

    /** From the request to end to its enforcement. */
    private static final long GRACE_MS = 5_000;

    /** The same when the server stops. */
    private static final long STOP_GRACE_MS = 500;

    private static final long STOP_MAX_MS = 1_500;
    private static final String DIED = "the server ended while the command ran";

    private final Config config;
    private final Jobs jobs;
    private final Commands commands;
    private final OutputAppends.Maker appends;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(JobRunner::thread);
    private final Map<String, JobProcess> running = new HashMap<>();
    private final Set<String> begun = new HashSet<>(); // running, or about to, or to be ended
    private final CountDownLatch allEnded = new CountDownLatch(1); // after isClosing
    private boolean isLooking;
    private boolean isNews; // since the look began
    private boolean isLookToCome;
    private boolean isFirst = true;
    private volatile boolean isClosing; // written by weft-jobs
    private volatile boolean isClosed; // written by who closes it

    /** Runs nothing yet. */
    public JobRunner(
            final Config config,
            final Jobs jobs,
            final History history,
            final Journal journal,
            final AppendInbox inbox,
            final EventRules rules,
            final boolean durable) {
        this.config = config;
        this.jobs = jobs;
        commands = new Commands(history, journal, inbox, events(inbox, rules), thread, durable);
        appends = job -> new OutputAppends(events(inbox, rules), job, () -> isClosed);
    }

    private static ServerEvents events(final AppendInbox inbox, final EventRules rules) {
        return new ServerEvents(inbox, rules, System::currentTimeMillis);
    }

    private static Thread thread(final Runnable task) {
        final Thread made = new Thread(task, "weft-jobs");
        made.setDaemon(true);
        return made;
    }

    /** Begins: with what a server before this one has left. */
    public void start() {
        if (!config.commands().isEmpty()) {
            jobs.signalledBy(this::signal);
            signal();
        }
    }

    /** There may be something new. Any thread. */
    public void signal() {
        execute(this::look);
    }

    private void execute(final Runnable step) {
        try {
            thread.execute(step);
        } catch (final RejectedExecutionException ex) {
            LOG.debug("the server stops", ex);
        }
    }

    private void later(final Runnable step, final long delayMs) {
        try {
            thread.schedule(step, delayMs, TimeUnit.MILLISECONDS);
        } catch (final RejectedExecutionException ex) {
            LOG.debug("the server stops", ex);
        }
    }

    private void look() {
        if (isClosing) {
            return;
        }
        if (isLooking) {
            isNews = true;
            return;
        }
        isLooking = true;
        isNews = false;
        final JobLook look =
                new JobLook(jobs, Set.copyOf(begun), isFirst ? JobProcess.allLeft() : Set.of());
        commands.run(look, new Asked(() -> looked(look), () -> looked(null)));
    }

    private void looked(final @Nullable JobLook look) {
        isLooking = false;
        if (isClosing) {
            return;
        }
        boolean isWaiting = look == null;
        if (look != null) {
            isFirst = false;
            look.left().forEach(JobProcess::killLeft);
            look.ended().forEach(this::stop);
            look.orphaned().forEach(this::endOrphan);
            for (final String id : look.waiting()) {
                if (begun.size() >= config.runningMax()) {
                    isWaiting = true;
                    break;
                }
                take(id);
            }
        }
        if (isNews) {
            look();
        } else if (isWaiting || !begun.isEmpty()) {
            lookLater();
        }
    }

    /** One look is to come, however many there were: each would have one behind it else. */
    private void lookLater() {
        if (isLookToCome) {
            return;
        }
        isLookToCome = true;
        later(
                () -> {
                    isLookToCome = false;
                    look();
                },
                LOOK_MS);
    }

    private void take(final String id) {
        begun.add(id);
        final StartJob start = new StartJob(id);
        commands.run(start, new Asked(() -> taken(id, start), () -> forget(id)));
    }

    private void taken(final String id, final StartJob start) {
        final String name = start.command();
        if (name == null) {
            forget(id); // somebody was faster
            return;
        }
        final List<String> words = config.commands().get(name);
        if (words == null) {
            end(id, failed("the command " + name + " is not configured any more"));
            return;
        }
        try {
            final JobProcess process = JobProcess.start(id, words, config.directory(), appends);
            running.put(id, process);
            process.ended().whenComplete((nothing, failure) -> execute(() -> ended(id, process)));
            if (isClosing) {
                stop(id);
            }
        } catch (final IOException ex) {
            LOG.warn("the command of a job cannot be started: job={} command={}", id, name, ex);
            end(id, failed(Programs.trouble(ex)));
        }
    }

    private void ended(final String id, final JobProcess process) {
        running.remove(id);
        process.kill(); // what it has started and left
        final EndJob.End how = process.end();
        end(
                id,
                isClosing && how.error() != null
                        ? new EndJob.End(how.exitCode(), how.durationMs(), DIED)
                        : how);
    }

    private void end(final String id, final EndJob.End how) {
        commands.run(
                new EndJob(id, how),
                new Asked(() -> told(id), () -> later(() -> end(id, how), AGAIN_MS)));
    }

    private void told(final String id) {
        forget(id);
        if (!isClosing) {
            look();
        }
    }

    private void forget(final String id) {
        begun.remove(id);
        if (isClosing && begun.isEmpty()) {
            allEnded.countDown();
        }
    }

    private void endOrphan(final String id) {
        begun.add(id);
        JobProcess.killLeft(id);
        LOG.warn("a job lost its server: job={}", id);
        end(id, failed(DIED));
    }

    private static EndJob.End failed(final String error) {
        return new EndJob.End(Payload.NONE, Payload.NONE, error);
    }

    /** Somebody has ended the job: its process is asked to end, and made to. */
    private void stop(final String id) {
        final JobProcess process = running.get(id);
        if (process != null && process.stop()) {
            later(process::kill, isClosing ? STOP_GRACE_MS : GRACE_MS);
        }
    }

    private void beginClosing() {
        isClosing = true;
        List.copyOf(running.keySet()).forEach(this::stop);
        if (begun.isEmpty()) {
            allEnded.countDown();
        }
    }

    /** Ends what runs and tells it, in a bounded time. */
    @Override
    public void close() {
        execute(this::beginClosing);
        try {
            if (!allEnded.await(STOP_MAX_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("jobs have not ended in time; the next start ends them");
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        isClosed = true;
        thread.shutdownNow();
    }

    /** Goes on after a command. */
    private record Asked(Runnable whenDone, Runnable whenRefused) implements Commands.Asker {
        @Override
        public void onDone(final Reply reply) {
            whenDone.run();
        }

        @Override
        public void onRefused(final Problem problem) {
            LOG.debug("asked in vain: {}", problem.detail());
            whenRefused.run();
        }
    }
}

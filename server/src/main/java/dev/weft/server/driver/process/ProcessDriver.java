package dev.weft.server.driver.process;

import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.RunInput;
import dev.weft.server.driver.SessionDriver;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.process.Child;
import dev.weft.server.process.Command;
import dev.weft.server.process.MarkedProcesses;
import dev.weft.server.process.Programs;
import dev.weft.server.runtime.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the operator's commands for sessions, one process each. A session is looked at when it has
 * news or its time is over, so that very many quiet ones cost nothing. Thread: {@code weft-drive}.
 */
public final class ProcessDriver implements SessionDriver {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessDriver.class);
    private static final int SESSIONS_PER_CYCLE_MAX = 256;
    private static final int WISH_LENGTH_MAX = 100_000; // the system takes 128 KiB
    private static final long CLOSE_MAX_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long CLOSE_LOOK_MS = 10;
    private static final long THREAD_IDLE_S = 10;

    /** Runs that are kept for a session which is still to be started. */
    static final int EARLY_MAX = 64;

    private final ProcessSettings settings;
    private final Map<String, SessionCommand> commands = new HashMap<>();
    private final DriverEvents events;
    private final Signal wakeUp;
    private final LongSupplier clockNs;
    private final Orphans orphans;
    private final WorkDirectories directories;
    private final ArrayDeque<String> deleted = new ArrayDeque<>(); // wait for the orphans' end
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    THREAD_IDLE_S,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    ProcessDriver::thread);
    private final Map<String, Running> running = new LinkedHashMap<>(); // by session
    private final ManyToOneConcurrentLinkedQueue<Running> news =
            new ManyToOneConcurrentLinkedQueue<>(); // each at most once; offered by any thread
    private final ManyToOneConcurrentLinkedQueue<Runnable> failures =
            new ManyToOneConcurrentLinkedQueue<>(); // of deletions; offered by any thread
    private final ArrayDeque<SessionRef> waiting = new ArrayDeque<>(); // for the orphans' end
    private final Map<String, List<RunInput>> early = new HashMap<>(); // of who is to be started
    private final ArrayDeque<BooleanSupplier> tellings = new ArrayDeque<>(); // not yet taken
    private long deadlineNs = Long.MAX_VALUE; // the earliest of all sessions

    /** A session with its place among those that have news. */
    private final class Running {
        private final AtomicBoolean isListed = new AtomicBoolean(); // set by any, cleared here
        private @Nullable ProcessSession session; // set when its process is there
        private @Nullable SessionRef next; // to be started when this one is over
        private boolean isDeleted; // nobody wants its directory any more

        void onNews() {
            if (!isListed.getAndSet(true)) {
                news.offer(this);
                wakeUp.signal();
            }
        }
    }

    /**
     * Makes it.
     *
     * @param wakeUp has {@link #doWork} called soon; for any thread.
     */
    public ProcessDriver(
            final ProcessSettings settings,
            final DriverEvents events,
            final Signal wakeUp,
            final LongSupplier clockNs) {
        this.settings = settings;
        this.events = events;
        this.wakeUp = wakeUp;
        this.clockNs = clockNs;
        settings.commands().forEach(command -> commands.put(command.name(), command));
        directories = new WorkDirectories(settings.directory());
        orphans = new Orphans(settings.instance(), events, settings.graceNs());
    }

    private static Thread thread(final Runnable work) {
        final Thread thread = new Thread(work, "weft-process");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(commands.keySet());
    }

    @Override
    public void start(final SessionRef session) {
        final Running earlier = running.get(session.id());
        if (earlier != null) {
            earlier.next = session;
            if (earlier.session != null) {
                earlier.session.stop(clockNs.getAsLong());
            }
            return;
        }
        if (!orphans.isOver()) {
            waiting.add(session); // its own may be among them
            return;
        }
        begin(session);
    }

    private void begin(final SessionRef session) {
        final SessionCommand command = commands.get(session.driver());
        final List<RunInput> sent = takeEarly(session); // if it does not start, they end with it
        if (command == null) {
            fail(session, "there is no command of this name: " + session.driver());
        } else if (running.size() >= settings.processesMax()) {
            fail(session, "too many commands run: max=" + settings.processesMax());
        } else {
            spawn(session, command, sent);
        }
    }

    private void spawn(
            final SessionRef session, final SessionCommand command, final List<RunInput> sent) {
        final Running place = new Running();
        try {
            final Path directory = directories.make(session.id());
            final Child child =
                    Child.start(
                            new Command(
                                    command.words(),
                                    directory,
                                    environment(session),
                                    command.limits(),
                                    Command.Input.PIPE,
                                    true,
                                    Orphans.mark(settings.instance(), session)));
            final ProcessSession started =
                    new ProcessSession(
                            session, child, events, threads, settings.graceNs(), place::onNews);
            place.session = started;
            running.put(session.id(), place);
            started.begin();
            sent.forEach(started::send);
            place.onNews();
        } catch (final IOException ex) {
            fail(session, Programs.trouble(ex));
        }
    }

    private List<RunInput> takeEarly(final SessionRef session) {
        final List<RunInput> its = early.remove(session.id());
        return its == null ? List.of() : its;
    }

    /** Also for a session that was deleted: nothing else ends them then. */
    private void endEarly(final SessionRef session) {
        takeEarly(session).forEach(run -> notPassedOn(session, run, "the session was stopped"));
    }

    private static Map<String, String> environment(final SessionRef session) {
        final Map<String, String> environment = new HashMap<>();
        environment.put("WEFT_SESSION_ID", session.id());
        if (session.wish().getBytes(StandardCharsets.UTF_8).length <= WISH_LENGTH_MAX
                && session.wish().indexOf('\0') < 0) {
            environment.put("WEFT_SESSION", session.wish());
        }
        return environment;
    }

    private void fail(final SessionRef session, final String error) {
        tellings.add(() -> events.failed(session, error, OptionalInt.empty(), OptionalInt.empty()));
        wakeUp.signal();
    }

    @Override
    public void send(final SessionRef session, final RunInput run) {
        final Running place = running.get(session.id());
        if (place != null && place.session != null && place.next == null) {
            place.session.send(run);
            place.onNews();
        } else if (place != null || waiting.stream().anyMatch(session::isOf)) {
            final List<RunInput> its = early.computeIfAbsent(session.id(), id -> new ArrayList<>());
            if (its.size() < EARLY_MAX) {
                its.add(run);
            } else {
                notPassedOn(session, run, "the command has not started yet");
            }
        } // else it did not start, and its runs end with it
    }

    private void notPassedOn(final SessionRef session, final RunInput run, final String why) {
        tellings.add(() -> events.runError(session, run.runId(), why, Runs.NOT_PASSED_ON));
        wakeUp.signal();
    }

    @Override
    public void interrupt(final SessionRef session, final @Nullable String runId) {
        final Running place = running.get(session.id());
        if (place != null && place.session != null) {
            place.session.interrupt(runId);
        }
    }

    @Override
    public void stop(final SessionRef session) {
        final Running place = running.get(session.id());
        if (place != null) {
            place.next = null;
            endEarly(session);
            if (place.session != null) {
                place.session.stop(clockNs.getAsLong());
                place.onNews();
            }
            return;
        }
        if (orphans.stop(session)) {
            return;
        }
        waiting.removeIf(session::isOf);
        endEarly(session);
        tellings.add(() -> events.stopped(session));
        wakeUp.signal();
    }

    @Override
    public List<String> kept() {
        return directories.ids();
    }

    @Override
    public void deleted(final String id) {
        final Running place = running.get(id);
        if (place != null) {
            place.isDeleted = true;
        } else if (orphans.isOver()) {
            deleteDirectory(id, () -> true);
        } else {
            deleted.add(id);
        }
    }

    /** Renames it at once, and empties it when nobody works there any more. */
    private void deleteDirectory(final String id, final BooleanSupplier isFree) {
        try {
            final String condemned = directories.condemn(id);
            if (!condemned.isEmpty()) {
                threads.execute(() -> empty(id, condemned, isFree));
            }
        } catch (final IOException ex) {
            notDeleted(id, ex);
        }
    }

    private void empty(final String id, final String condemned, final BooleanSupplier isFree) {
        try {
            if (!isFree.getAsBoolean()) {
                throw new IOException("its processes cannot be ended");
            }
            directories.delete(condemned);
        } catch (final IOException | RuntimeException ex) {
            failures.offer(() -> notDeleted(id, ex));
            wakeUp.signal();
        }
    }

    private void notDeleted(final String id, final Exception why) {
        LOG.warn("the directory of a deleted session stays until a restart: id={}", id, why);
        final SessionRef session = new SessionRef(id, 0, "process", "{}");
        final String text = "its directory cannot be deleted now, but after a restart: " + why;
        tellings.add(() -> events.log(session, "process", text));
        wakeUp.signal();
    }

    @Override
    public void recover(final List<SessionRef> active) {
        orphans.begin(active, clockNs.getAsLong());
        for (final String name : directories.condemned()) {
            threads.execute(() -> empty(name, name, () -> true));
        }
    }

    @Override
    public int doWork() {
        final long nowNs = clockNs.getAsLong();
        int workCount = tell() + orphans.doWork(nowNs);
        for (Runnable failure = failures.poll(); failure != null; failure = failures.poll()) {
            failure.run();
        }
        if (!deleted.isEmpty() && orphans.isOver()) { // before another of the same id begins
            deleted.forEach(id -> deleteDirectory(id, () -> true));
            deleted.clear();
        }
        if (!waiting.isEmpty() && orphans.isOver()) {
            begin(waiting.remove());
            workCount++;
        }
        Running place = news.poll();
        for (int i = 0; place != null && i < SESSIONS_PER_CYCLE_MAX; i++) {
            place.isListed.set(false);
            workCount += work(place, nowNs);
            place = i + 1 < SESSIONS_PER_CYCLE_MAX ? news.poll() : null;
        }
        if (nowNs - deadlineNs >= 0) {
            deadlineNs = Long.MAX_VALUE;
            for (final Running each : List.copyOf(running.values())) {
                workCount += work(each, nowNs);
            }
        }
        return workCount;
    }

    private int tell() {
        int count = 0;
        BooleanSupplier telling = tellings.peek();
        while (telling != null && telling.getAsBoolean()) {
            tellings.poll();
            count++;
            telling = tellings.peek();
        }
        return count;
    }

    private int work(final Running place, final long nowNs) {
        final ProcessSession session = place.session;
        if (session == null || session.isOver()) {
            return 0;
        }
        final int workCount = session.doWork(nowNs);
        if (session.isOver()) {
            running.remove(session.ref().id());
            if (place.isDeleted) {
                deleteDirectory(session.ref().id(), session::awaitNobodyLeft);
            }
            if (place.next != null) {
                start(place.next);
            }
            return workCount + 1;
        }
        if (session.hasMore()) {
            deadlineNs = Math.min(deadlineNs, nowNs); // too much was on its way: asked again
        }
        deadlineNs = Math.min(deadlineNs, session.deadlineNs());
        return workCount;
    }

    /** Ends all processes: what they came to is told by the next server, which finds them gone. */
    @Override
    public void close() {
        running.values().forEach(each -> withSession(each, ProcessSession::terminate));
        final long untilNs = System.nanoTime() + Math.min(CLOSE_MAX_NS, settings.graceNs());
        try {
            while (isAnyAlive() && System.nanoTime() - untilNs < 0) {
                Thread.sleep(CLOSE_LOOK_MS);
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        final String mine = settings.instance() + ':';
        MarkedProcesses.kill(mark -> mark.startsWith(mine));
        running.values().forEach(each -> withSession(each, ProcessSession::abandon));
        threads.shutdown();
    }

    private boolean isAnyAlive() {
        return running.values().stream()
                .anyMatch(each -> each.session != null && each.session.isAlive());
    }

    private static void withSession(final Running place, final Consumer<ProcessSession> action) {
        if (place.session != null) {
            action.accept(place.session);
        }
    }
}

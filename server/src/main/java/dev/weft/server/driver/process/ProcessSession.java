package dev.weft.server.driver.process;

import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.RunInput;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.driver.process.Printed.Kind;
import dev.weft.server.process.Child;
import dev.weft.server.process.Exit;
import dev.weft.server.process.Signal;
import java.util.ArrayDeque;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One start of a session, from the start of its process to the event that tells its end. Owned by
 * {@code weft-drive}; the threads of its process only put what was printed into a queue.
 */
final class ProcessSession {
    private static final int LINES_PER_STEP_MAX = 64;
    private static final int LEFT_LOOKS_MAX = 500;
    private static final long LEFT_LOOK_NS = 10_000_000;

    private final SessionRef ref;
    private final Child child;
    private final DriverEvents events;
    private final Executor threads;
    private final long graceNs;
    private final Runnable onNews;
    private final InputWriter input;
    private final PrintedQueue queue = new PrintedQueue();
    private final AtomicInteger openOutputs = new AtomicInteger(2); // its readers count down
    private final Runs runs = new Runs();
    private final ArrayDeque<BooleanSupplier> tellings = new ArrayDeque<>(); // not yet taken
    private State state = State.RUNNING;
    private boolean isToBeStopped;
    private boolean isEndTold;
    private long deadlineNs; // when the state lasts too long
    private @Nullable Exit exit;

    private enum State {
        RUNNING,
        /** Asked to end. */
        ENDING,
        /** The process has ended, or was made to; what it started may live, and output may come. */
        LEFT_OVER,
        /** Everything is killed; what is in the pipes is still read. */
        KILLED,
        /** All is told. */
        OVER
    }

    ProcessSession(
            final SessionRef ref,
            final Child child,
            final DriverEvents events,
            final Executor threads,
            final long graceNs,
            final Runnable onNews) {
        this.ref = ref;
        this.child = child;
        this.events = events;
        this.threads = threads;
        this.graceNs = graceNs;
        this.onNews = onNews;
        input = new InputWriter(child.input(), threads);
        tellings.add(
                () ->
                        events.log(
                                ref,
                                "process",
                                "started: pid=%d start=%d"
                                        .formatted(child.pid(), child.identity().startTicks())));
        tellings.add(() -> events.running(ref));
    }

    /** Begins to read what it prints. */
    void begin() {
        read(Kind.EVENT);
        read(Kind.ERROR_LINE);
        child.exit().whenComplete((ended, failure) -> onNews.run());
    }

    private void read(final Kind kind) {
        final OutputReader reader =
                new OutputReader(
                        kind == Kind.EVENT ? child.output() : child.errors(),
                        kind,
                        queue,
                        onNews,
                        () -> {
                            openOutputs.decrementAndGet();
                            onNews.run();
                        });
        final Thread thread = new Thread(reader, kind == Kind.EVENT ? "weft-out" : "weft-err");
        thread.setDaemon(true);
        thread.start();
    }

    SessionRef ref() {
        return ref;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    void send(final RunInput run) {
        if (state != State.RUNNING || !input.offer(run.json())) {
            final String why =
                    state == State.RUNNING
                            ? "the command does not read its input"
                            : "the command is ending";
            tellings.add(() -> events.runError(ref, run.runId(), why, Runs.NOT_PASSED_ON));
            return;
        }
        runs.add(run.runId());
    }

    /** Not for a run that is over: what has begun since is not meant. */
    void interrupt(final @Nullable String runId) {
        if (state == State.RUNNING && (runId == null || !runs.hasEnded(runId))) {
            child.signal(Signal.INTERRUPT);
        }
    }

    /** Asks it to end, and makes it end when it does not. */
    void stop(final long nowNs) {
        isToBeStopped = true;
        if (state == State.RUNNING) {
            child.signal(Signal.TERMINATE);
            state(State.ENDING, nowNs + graceNs);
        }
    }

    int doWork(final long nowNs) {
        int workCount = tell() + pass();
        int steps = step(nowNs);
        // What the next state waits for may have come before, and nobody tells it again.
        while (steps > 0) {
            workCount += steps;
            steps = step(nowNs);
        }
        return workCount;
    }

    private int step(final long nowNs) {
        return switch (state) {
            case RUNNING, ENDING -> awaitExit(nowNs);
            case LEFT_OVER -> awaitOutputs(nowNs);
            case KILLED -> awaitLastOutputs(nowNs);
            case OVER -> 0;
        };
    }

    /** Whether something waits to be told that was not taken. */
    boolean hasMore() {
        return !tellings.isEmpty() || queue.peek() != null;
    }

    /** When it has to be looked at although nothing happened. */
    long deadlineNs() {
        return state == State.RUNNING || state == State.OVER ? Long.MAX_VALUE : deadlineNs;
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

    private int pass() {
        int count = 0;
        while (count < LINES_PER_STEP_MAX && tellings.isEmpty()) {
            final Printed printed = queue.peek();
            if (printed == null || !pass(printed)) {
                break;
            }
            queue.remove();
            count++;
        }
        if (count == LINES_PER_STEP_MAX) {
            onNews.run(); // the others have their turn first
        }
        return count;
    }

    private boolean pass(final Printed printed) {
        if (printed.kind() == Kind.EVENT) {
            final boolean isTaken = events.line(ref, runs.current(), printed.text());
            if (isTaken) {
                runs.onLine(printed.text());
            }
            return isTaken;
        }
        return events.log(
                ref, printed.kind() == Kind.ERROR_LINE ? "stderr" : "process", printed.text());
    }

    private int awaitExit(final long nowNs) {
        if (child.exit().isDone()) {
            exit = child.exit().join();
            // Whatever it has left behind has no purpose any more.
            threads.execute(() -> child.signal(Signal.TERMINATE));
            state(State.LEFT_OVER, nowNs + graceNs);
            return 1;
        }
        if (state == State.ENDING && nowNs - deadlineNs >= 0) {
            say("it did not end in time: SIGKILL");
            kill(nowNs);
            state(State.LEFT_OVER, nowNs + graceNs);
            return 1;
        }
        return 0;
    }

    private int awaitOutputs(final long nowNs) {
        if (exit == null && child.exit().isDone()) {
            exit = child.exit().join();
        }
        if (exit != null && openOutputs.get() == 0) {
            kill(nowNs); // it may have left some that print nothing
            return 1;
        }
        if (nowNs - deadlineNs >= 0) {
            kill(nowNs);
            return 1;
        }
        return 0;
    }

    private void kill(final long nowNs) {
        threads.execute(
                () -> {
                    child.kill();
                    onNews.run();
                });
        state(State.KILLED, nowNs + graceNs);
    }

    private int awaitLastOutputs(final long nowNs) {
        if (exit == null && child.exit().isDone()) {
            exit = child.exit().join();
        }
        if (openOutputs.get() > 0 && nowNs - deadlineNs >= 0) {
            child.closePipes(); // somebody whom nobody knows has them open
            deadlineNs = nowNs + graceNs;
            return 1;
        }
        if (exit == null || openOutputs.get() > 0 || queue.peek() != null) {
            return 0;
        }
        if (!isEndTold) {
            isEndTold = true;
            tellEnd(exit);
            return 1;
        }
        if (tellings.isEmpty()) {
            child.closePipes();
            queue.close();
            state(State.OVER, 0);
            return 1;
        }
        return 0;
    }

    /**
     * Ends what may be left of it.
     *
     * @return whether nobody is. Blocks for a bounded time.
     */
    boolean awaitNobodyLeft() {
        for (int i = 0; i < LEFT_LOOKS_MAX && child.isAnybodyLeft(); i++) {
            child.kill();
            LockSupport.parkNanos(LEFT_LOOK_NS);
        }
        return !child.isAnybodyLeft();
    }

    private void tellEnd(final Exit ended) {
        final String how = "the command ended: " + ended.text();
        for (String run = runs.current(); run != null; run = runs.current()) {
            final String unfinished = run;
            runs.removeCurrent();
            tellings.add(() -> events.runError(ref, unfinished, how, Runs.COMMAND_ENDED));
        }
        if (isToBeStopped) {
            tellings.add(() -> events.stopped(ref));
        } else if (ended.isSuccess()) {
            tellings.add(() -> events.completed(ref, ended.code()));
        } else if (ended.signal() != null) {
            final OptionalInt number = OptionalInt.of(ended.signalNumber());
            tellings.add(() -> events.failed(ref, how, OptionalInt.empty(), number));
        } else {
            final OptionalInt code = OptionalInt.of(ended.code());
            tellings.add(() -> events.failed(ref, how, code, OptionalInt.empty()));
        }
    }

    private void say(final String sentence) {
        tellings.add(() -> events.log(ref, "process", sentence));
    }

    private void state(final State next, final long untilNs) {
        state = next;
        deadlineNs = untilNs;
    }

    /** Lets go of a process that was killed; nothing is told any more. */
    void abandon() {
        child.closePipes();
        queue.close();
    }

    /** Asks it to end as the server does. */
    void terminate() {
        child.signal(Signal.TERMINATE);
    }

    boolean isAlive() {
        return !child.exit().isDone();
    }
}

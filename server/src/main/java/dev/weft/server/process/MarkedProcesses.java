package dev.weft.server.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Processes by the mark that they have in their environment: each program gets one when it is
 * started, and whatever it starts inherits it, also in a group and session of its own, and after
 * this process has died. A number alone names nobody, since numbers are used again. Reads all of
 * {@code /proc}: some milliseconds. Any thread.
 */
public final class MarkedProcesses {
    /** Name of the mark in the environment. */
    static final String VARIABLE = "WEFT_PROCESS";

    private static final char WITHIN = '/';

    private static final String END = "\0";
    private static final String BEGIN = END + VARIABLE + '=';

    private static final Path PROC = Path.of("/proc");

    /** Each ends all there are; what is ended may have started another just before. */
    private static final int KILL_ROUNDS_MAX = 100;

    /** To become another program takes far below a millisecond, more when it comes from disk. */
    private static final int LOOKS_MAX = 200;

    private static final long LOOK_NANOS = 100_000;

    private MarkedProcesses() {}

    /** Those that live and whose mark begins so: pids by what comes behind that in the mark. */
    public static Map<String, List<Long>> withPrefix(final String prefix) {
        final Map<String, List<Long>> found = new TreeMap<>();
        for (final long pid : all()) {
            final String mark = mark(pid);
            if (mark != null && mark.startsWith(prefix)) {
                found.computeIfAbsent(mark.substring(prefix.length()), name -> new ArrayList<>())
                        .add(pid);
            }
        }
        return found;
    }

    /**
     * Sends a signal to all that live and have one of these marks.
     *
     * @return how many there were.
     */
    public static int signal(final Predicate<String> marks, final Signal signal) {
        return signalAll(having(marks), signal);
    }

    /** Ends all that have one of these marks, also those that are only being started meanwhile. */
    public static void kill(final Predicate<String> marks) {
        killAll(having(marks));
    }

    private static Predicate<Long> having(final Predicate<String> marks) {
        return pid -> {
            final String mark = mark(pid);
            return mark != null && marks.test(mark);
        };
    }

    /** A mark for what this process starts: within its own if it has one, so both are found. */
    public static String within(final String mark) {
        final String own = System.getenv(VARIABLE);
        return own == null || own.isEmpty() ? mark : own + WITHIN + mark;
    }

    /** Whether it is this mark, or one within it. */
    public static boolean isWithin(final String mark, final String outer) {
        return mark.startsWith(outer)
                && (mark.length() == outer.length() || mark.charAt(outer.length()) == WITHIN);
    }

    static void killAll(final Predicate<Long> wanted) {
        for (int i = 0; i < KILL_ROUNDS_MAX && signalAll(wanted, Signal.KILL) > 0; i++) {
            Thread.onSpinWait();
        }
    }

    static int signalAll(final Predicate<Long> wanted, final Signal signal) {
        int count = 0;
        for (final long pid : all()) {
            if (wanted.test(pid) && Posix.signalIf(pid, signal.number(), () -> wanted.test(pid))) {
                count++;
            }
        }
        return count;
    }

    static List<Long> all() {
        try (Stream<Path> entries = Files.list(PROC)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .map(Long::valueOf)
                    .toList();
        } catch (final IOException | UncheckedIOException ex) {
            throw new IllegalStateException("cannot read " + PROC, ex);
        }
    }

    /**
     * The mark of a process that lives; null if it has none, or is somebody else's. A process that
     * is just becoming another program has no environment for a moment: that is waited for.
     */
    static @Nullable String mark(final long pid) {
        for (int i = 0; i < LOOKS_MAX; i++) {
            final String environment = environment(pid);
            if (environment == null) {
                return null;
            }
            final String mark = markIn(environment);
            final boolean isWhole = environment.length() > 1 && environment.endsWith(END);
            if (mark == null && isWhole) {
                return null;
            }
            final ProcStat stat = ProcStat.of(pid);
            if (stat == null || !stat.isAlive() || stat.isKernel()) {
                return null;
            }
            if (mark != null || stat.environmentLength() == environment.length() - 1) {
                return mark;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return null;
    }

    private static @Nullable String markIn(final String environment) {
        final int at = environment.indexOf(BEGIN);
        final int to = at < 0 ? -1 : environment.indexOf(END, at + BEGIN.length());
        return to < 0 ? null : environment.substring(at + BEGIN.length(), to);
    }

    /** Behind an end, as each of its variables; null if it may not be read, or nobody is there. */
    private static @Nullable String environment(final long pid) {
        try {
            return END
                    + Files.readString(PROC.resolve(pid + "/environ"), StandardCharsets.ISO_8859_1);
        } catch (final IOException ex) {
            return null;
        }
    }
}

package dev.weft.server.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A program that was started. Its pipes block: each is to be read, or written, by one thread, and
 * may be closed by any, which ends the wait in it. Everything else may be called by any thread.
 */
public final class Child {
    private static final String LOCALE = "LC_ALL";

    /** What the user has in {@link #LOCALE}, if the launcher has set it; empty for nothing. */
    private static final String OWN_LOCALE = "WEFT_LC_ALL";

    private final Process process;
    private final ProcessIdentity identity;
    private final boolean isApart;
    private final @Nullable FileChannel input;
    private final FileChannel output;
    private final FileChannel errors;
    private final CompletableFuture<Exit> exit;

    private Child(
            final Process process,
            final ProcessIdentity identity,
            final boolean isApart,
            final @Nullable FileChannel input,
            final FileChannel output,
            final FileChannel errors) {
        this.process = process;
        this.identity = identity;
        this.isApart = isApart;
        this.input = input;
        this.output = output;
        this.errors = errors;
        exit = process.onExit().thenApply(ended -> Exit.of(ended.exitValue()));
    }

    /**
     * Starts a program.
     *
     * @throws java.nio.file.NoSuchFileException if there is no such program, or no {@code setsid}
     *     or {@code prlimit} where they are needed; the message is the name.
     * @throws IOException if it cannot be run.
     */
    public static Child start(final Command command) throws IOException {
        final ProcessBuilder builder = new ProcessBuilder(words(command));
        if (command.directory() != null) {
            builder.directory(command.directory().toFile());
        }
        restoreLocale(builder.environment());
        builder.environment().putAll(command.environment());
        builder.environment().put(MarkedProcesses.VARIABLE, command.mark());
        final boolean isPiped = command.input() == Command.Input.PIPE;
        FileChannel input = null;
        FileChannel output = null;
        FileChannel errors = null;
        try (Pipe in = new Pipe();
                Pipe out = new Pipe();
                Pipe err = new Pipe()) {
            input = isPiped ? in.writer() : null;
            output = out.reader();
            errors = err.reader();
            builder.redirectInput(
                    isPiped
                            ? ProcessBuilder.Redirect.from(in.source())
                            : ProcessBuilder.Redirect.INHERIT);
            builder.redirectOutput(out.target());
            builder.redirectError(err.target());
            if (command.isApart()) {
                Posix.passInterrupts();
            }
            final Process process = builder.start();
            return new Child(
                    process,
                    ProcessIdentity.of(process.pid(), command.mark()),
                    command.isApart(),
                    input,
                    output,
                    errors);
        } catch (final IOException ex) {
            close(input);
            close(output);
            close(errors);
            throw ex;
        } catch (final LinkageError ex) {
            throw new IOException("the C library cannot be called: " + ex.getMessage(), ex);
        }
    }

    /** The launcher gives this process another locale where the user's is not UTF-8. */
    private static void restoreLocale(final Map<String, String> environment) {
        final String own = environment.remove(OWN_LOCALE);
        if (own == null) {
            return;
        }
        if (own.isEmpty()) {
            environment.remove(LOCALE);
        } else {
            environment.put(LOCALE, own);
        }
    }

    private static List<String> words(final Command command) throws IOException {
        final List<String> words = new ArrayList<>();
        if (command.isApart()) {
            words.add(
                    Programs.find("setsid", null).toString()); // keeps the pid: never a leader yet
        }
        final List<String> limits = command.limits().words();
        if (!limits.isEmpty()) {
            words.add(Programs.find(limits.get(0), null).toString());
            words.addAll(limits.subList(1, limits.size()));
        }
        words.add(Programs.find(command.words().get(0), command.directory()).toString());
        words.addAll(command.words().subList(1, command.words().size()));
        return words;
    }

    /** What the program reads; only with {@link Command.Input#PIPE}. */
    public FileChannel input() {
        if (input == null) {
            throw new IllegalStateException("the program reads what this process reads");
        }
        return input;
    }

    /**
     * What it prints; ends when nobody has the pipe open any more, maybe later than the program.
     */
    public FileChannel output() {
        return output;
    }

    /** What it prints as errors. */
    public FileChannel errors() {
        return errors;
    }

    public long pid() {
        return process.pid();
    }

    /** To be found again by. */
    public ProcessIdentity identity() {
        return identity;
    }

    /** Completed when the program itself has ended; what it started may live on. */
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    /**
     * Sends a signal to the program and all that is in its group; without a group of its own, to it
     * and its descendants.
     */
    public void signal(final Signal signal) {
        if (exit.isDone()) {
            identity.signal(signal); // its number may be another's by now
            return;
        }
        if (isApart) {
            final boolean hasGroup = Posix.signal(-pid(), signal.number());
            if (!hasGroup) {
                Posix.signal(pid(), signal.number()); // it was only just started
            }
            return;
        }
        final List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        for (final ProcessHandle each : all) {
            if (each.isAlive()) {
                Posix.signal(each.pid(), signal.number());
            }
        }
    }

    /**
     * Ends the program and all it started, also what has left its group and what is only being
     * started meanwhile.
     */
    public void kill() {
        signal(Signal.KILL);
        identity.kill();
    }

    /** Whether the program, or anything that it started, lives. Reads all of {@code /proc}. */
    public boolean isAnybodyLeft() {
        return !identity.alive().isEmpty();
    }

    /** Ends the reading and writing of its pipes, whoever waits in them. */
    public void closePipes() {
        close(input);
        close(output);
        close(errors);
    }

    private static void close(final @Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (final IOException ex) {
            // Nobody reads it any more; there is nothing left to do about it.
        }
    }
}

package dev.weft.server.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program to run.
 *
 * @param words the program, found on the {@code PATH} unless it has a slash, and its arguments.
 * @param directory to run in, null for this process's own.
 * @param environment on top of this process's own.
 * @param input what it reads.
 * @param isApart whether it gets a session and a process group of its own, so that a signal reaches
 *     all it starts and a terminal's Ctrl-C does not reach it; otherwise it stays in the terminal's
 *     foreground.
 * @param mark what it and all it starts are known by, see {@link MarkedProcesses}.
 */
public record Command(
        List<String> words,
        @Nullable Path directory,
        Map<String, String> environment,
        ResourceLimits limits,
        Input input,
        boolean isApart,
        String mark) {
    /** Where a program's standard input comes from. */
    public enum Input {
        /** What this process reads, a terminal too. */
        INHERITED,
        /** {@link Child#input}. */
        PIPE
    }

    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command has at least one word");
        }
    }
}

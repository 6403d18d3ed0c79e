package dev.weft.server.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the system tells of a process. Source: proc(5), {@code /proc/pid/stat}.
 *
 * @param state one letter; Z for one that has ended and was not yet waited for.
 * @param startTicks when it started, since the system did; with the pid it names one process for as
 *     long as the system runs.
 */
record ProcStat(long pid, char state, long group, long session, long startTicks) {
    private static final int GROUP = 2; // fields behind the name, from 0
    private static final int SESSION = 3;
    private static final int START = 19;

    /** Null if there is no such process. */
    static @Nullable ProcStat of(final long pid) {
        final String line;
        try {
            line = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
        } catch (final IOException ex) {
            return null;
        }
        final String[] fields = line.substring(line.lastIndexOf(')') + 2).trim().split(" ", -1);
        return new ProcStat(
                pid,
                fields[0].charAt(0),
                Long.parseLong(fields[GROUP]),
                Long.parseLong(fields[SESSION]),
                Long.parseLong(fields[START]));
    }

    boolean isAlive() {
        return state != 'Z' && state != 'X';
    }
}

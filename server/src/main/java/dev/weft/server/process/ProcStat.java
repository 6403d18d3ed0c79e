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
 * @param isKernel whether it is a thread of the kernel, which has no environment.
 * @param environmentLength bytes; −1 while it is between two programs, and for somebody else's.
 */
record ProcStat(char state, long startTicks, boolean isKernel, long environmentLength) {
    private static final int FLAGS = 6; // fields behind the name, from 0
    private static final int START = 19;
    private static final int CODE = 23; // its place in memory is set last, the environment's before
    private static final int ENVIRONMENT = 47; // begin, and end behind it; since Linux 3.5
    private static final long KERNEL_FLAG = 0x200000;

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
                fields[0].charAt(0),
                Long.parseLong(fields[START]),
                (Long.parseLong(fields[FLAGS]) & KERNEL_FLAG) != 0,
                environmentLength(fields));
    }

    private static long environmentLength(final String[] fields) {
        return Long.parseUnsignedLong(fields[CODE]) == 0
                ? -1
                : Long.parseUnsignedLong(fields[ENVIRONMENT + 1])
                        - Long.parseUnsignedLong(fields[ENVIRONMENT]);
    }

    boolean isAlive() {
        return state != 'Z' && state != 'X';
    }
}

package dev.weft.server.process;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** The few calls of the C library that Java does not offer. Any thread. */
final class Posix {
    private static final int O_CLOEXEC = 0x80000;
    private static final int SET_PIPE_SIZE = 1031;
    private static final long PIDFD_SEND_SIGNAL = 424; // the same on every architecture
    private static final long PIDFD_OPEN = 434;
    private static final int NOT_IMPLEMENTED = 38;

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    /** Takes a number and has no effect. */
    private static final Pointer NOTHING =
            NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("abs");

    static {
        Native.register(Posix.class, Platform.C_LIBRARY_NAME);
    }

    private Posix() {}

    /**
     * The two ends of a new pipe, neither of which a program that is started inherits.
     *
     * @return read end, write end.
     */
    static int[] pipe() throws IOException {
        final int[] ends = new int[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            throw new IOException("no pipe: errno " + Native.getLastError());
        }
        return ends;
    }

    /** Asks for a larger buffer in a pipe; the system may refuse, which does no harm. */
    static void pipeSize(final int end, final int length) {
        fcntl(end, SET_PIPE_SIZE, length);
    }

    /** Whether the signal was sent: to a process, or to a group if {@code target} is negative. */
    static boolean signal(final long target, final int number) {
        return kill((int) target, number) == 0;
    }

    /**
     * Sends a signal to a process if it is the one that is meant, through a descriptor that cannot
     * come to stand for another process between the look and the signal.
     */
    static boolean signalIf(final long pid, final int number, final BooleanSupplier isMeant) {
        final int descriptor = (int) syscall(PIDFD_OPEN, pid, 0, 0, 0);
        if (descriptor < 0) {
            final boolean isUnknown = Native.getLastError() == NOT_IMPLEMENTED; // before Linux 5.3
            return isUnknown && isMeant.getAsBoolean() && signal(pid, number);
        }
        try {
            return isMeant.getAsBoolean()
                    && syscall(PIDFD_SEND_SIGNAL, descriptor, number, 0, 0) == 0;
        } finally {
            close(descriptor);
        }
    }

    /**
     * Takes care that programs which are started from now on get SIGINT. A shell that starts
     * something in the background has it ignore that signal, and so would all that it starts. Here
     * nothing changes: in place of ignoring it, a function is called that does nothing.
     */
    static void passInterrupts() throws IOException {
        for (final String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(IGNORED)) {
                final long signals =
                        Long.parseUnsignedLong(line.substring(IGNORED.length()).trim(), 16);
                if ((signals & 1L << (Signal.INTERRUPT.number() - 1)) != 0) {
                    signal(Signal.INTERRUPT.number(), NOTHING);
                }
            }
        }
    }

    static native int close(int descriptor);

    private static native Pointer signal(int number, Pointer handler);

    private static native int pipe2(int[] ends, int flags);

    private static native int fcntl(int descriptor, int command, int argument);

    private static native int kill(int target, int signal);

    private static native long syscall(long number, long a, long b, long c, long d);
}

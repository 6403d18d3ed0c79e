package dev.weft.server.process;

import org.jspecify.annotations.Nullable;

/**
 * How a program ended.
 *
 * @param code as a shell tells it: 0 to 255, 128 and the signal's number if a signal ended it.
 * @param signal {@code SIGKILL} and so on, null if it ended by itself. A program that ends by
 *     itself with such a code is not told apart, as in a shell.
 */
public record Exit(int code, @Nullable String signal) {
    private static final int SIGNALLED = 128;

    static Exit of(final int code) {
        return new Exit(code, code > SIGNALLED ? Signal.name(code - SIGNALLED) : null);
    }

    public boolean isSuccess() {
        return code == 0;
    }

    /** Number of the signal that ended it, 0 for none. */
    public int signalNumber() {
        return signal == null ? 0 : code - SIGNALLED;
    }

    /** For people: {@code exit code 7}, {@code SIGKILL}. */
    public String text() {
        return signal == null ? "exit code " + code : signal;
    }
}

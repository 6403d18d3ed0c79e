package dev.weft.server.process;

import org.jspecify.annotations.Nullable;

/** The signals that matter here, and the names of the others. Numbers as Linux has them. */
public enum Signal {
    /** As Ctrl-C does. */
    INTERRUPT(2),
    /** Cannot be ignored. */
    KILL(9),
    /** The polite request to end. */
    TERMINATE(15);

    private static final String[] NAMES = {
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
        "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
        "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
    };

    private final int number;

    Signal(final int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** {@code SIGKILL} and so on; null if no signal has the number. */
    static @Nullable String name(final int number) {
        return number >= 1 && number < NAMES.length ? "SIG" + NAMES[number] : null;
    }
}

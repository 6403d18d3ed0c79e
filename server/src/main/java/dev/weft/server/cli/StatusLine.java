package dev.weft.server.cli;

import java.io.PrintWriter;
import java.util.function.Supplier;

/** One line of a terminal that is written anew now and then. One thread. */
public final class StatusLine {
    private static final long INTERVAL_NS = 200_000_000;

    private final PrintWriter terminal;
    private final boolean isShown;
    private final Supplier<String> text;
    private long shownNs = System.nanoTime();
    private int length; // of what stands there, 0 for nothing

    /**
     * Makes it.
     *
     * @param isShown false for who is no terminal.
     * @param text what is to stand there now.
     */
    public StatusLine(
            final PrintWriter terminal, final boolean isShown, final Supplier<String> text) {
        this.terminal = terminal;
        this.isShown = isShown;
        this.text = text;
    }

    /** Writes it anew if it is time. */
    public void update() {
        final long now = System.nanoTime();
        if (isShown && now - shownNs > INTERVAL_NS) {
            shownNs = now;
            length = print().length();
            terminal.flush();
        }
    }

    /** Makes room for a message. */
    public void clear() {
        if (length > 0) {
            terminal.print("\r" + " ".repeat(length) + "\r");
            length = 0;
        }
    }

    /** Writes it a last time; may be called twice. */
    public void end() {
        if (length > 0) {
            print();
            terminal.println();
            terminal.flush();
            length = 0;
        }
    }

    private String print() {
        final String now = text.get();
        terminal.print("\r" + now);
        return now;
    }
}

package dev.weft.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether people or programs read what a command writes. */
public final class Terminal {
    private static final int STANDARD_INPUT = 0;
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;
    private static final int COLUMNS_DEFAULT = 120;

    private Terminal() {}

    public static boolean isInput() {
        return isTerminal(STANDARD_INPUT);
    }

    public static boolean isOutput() {
        return isTerminal(STANDARD_OUTPUT);
    }

    public static boolean isError() {
        return isTerminal(STANDARD_ERROR);
    }

    public static int columns() {
        final String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,3}")
                ? Integer.parseInt(columns)
                : COLUMNS_DEFAULT;
    }

    /**
     * The JVM can only tell for standard input and output together; the kernel and the shell tell
     * for each.
     */
    private static boolean isTerminal(final int descriptor) {
        try {
            final String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (final IOException | UnsupportedOperationException ex) {
            return shellSays(descriptor);
        }
    }

    private static boolean shellSays(final int descriptor) {
        try {
            return new ProcessBuilder("sh", "-c", "test -t " + descriptor)
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (final IOException ex) {
            return false;
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

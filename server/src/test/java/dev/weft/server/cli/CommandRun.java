package dev.weft.server.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** One run of a command inside the test's JVM. */
public record CommandRun(int exitCode, String out, String err) {
    public static CommandRun of(final Object command, final String... arguments) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final int exitCode =
                new CommandLine(command)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** With standard input; no other test may read it at the same time. */
    public static CommandRun withInput(
            final String input, final Object command, final String... arguments) {
        final InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return of(command, arguments);
        } finally {
            System.setIn(before);
        }
    }
}

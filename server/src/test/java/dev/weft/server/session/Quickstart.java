package dev.weft.server.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The code of the quickstart that the users of this surface have, taken out of its text. */
final class Quickstart {
    private final String text;

    private Quickstart(final String text) {
        this.text = text;
    }

    static Quickstart read() throws IOException {
        return new Quickstart(resource("quickstart.md"));
    }

    /** A file that lies beside it. */
    static String resource(final String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(Quickstart.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    static Path copy(final String name, final Path directory) throws IOException {
        return Files.writeString(directory.resolve(name), resource(name));
    }

    /** The code below a heading, every byte of it. */
    String code(final String heading) {
        final int at = text.indexOf(heading + "\n");
        final int fence = text.indexOf("```", at);
        final int begin = text.indexOf('\n', fence) + 1;
        if (at < 0 || fence < 0) {
            throw new IllegalArgumentException("no code below " + heading);
        }
        return text.substring(begin, text.indexOf("\n```", begin) + 1);
    }

    /**
     * The logic of a component: all that stands before what it draws, and then the given end in its
     * place. Node reads no JSX.
     */
    String component(final String heading, final String drawing, final String end) {
        final String code = code(heading);
        final int at = code.indexOf(drawing);
        if (at < 0) {
            throw new IllegalArgumentException("it draws nothing: " + heading);
        }
        return code.substring(0, at) + end;
    }
}

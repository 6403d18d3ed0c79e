package dev.weft.server.cli.tail;

import dev.weft.server.cli.Problems;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.JsonNode;

/** Shows envelopes: a line of columns for people, the envelope itself for programs. One thread. */
public final class EventPrinter {
    private static final int TYPE_WIDTH = 24;
    private static final int SUBJECT_WIDTH = 20;
    private static final int REST_WIDTH_MIN = 20;
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final PrintWriter out;
    private final boolean forPeople;
    private final Ansi ansi;
    private final int columns;
    private final DateTimeFormatter time;

    /**
     * Makes it.
     *
     * @param isDated whether events may be of another day than today.
     */
    public EventPrinter(
            final PrintWriter out,
            final boolean forPeople,
            final boolean isDated,
            final Ansi ansi,
            final int columns) {
        this.out = out;
        time =
                DateTimeFormatter.ofPattern(isDated ? "uuuu-MM-dd HH:mm:ss.SSS" : "HH:mm:ss.SSS")
                        .withZone(ZoneId.systemDefault());
        this.forPeople = forPeople;
        this.ansi = ansi;
        this.columns = columns;
    }

    public void print(final String envelope) {
        out.println(forPeople ? line(envelope) : envelope);
    }

    private String line(final String envelope) {
        final JsonNode json = Problems.json(envelope);
        final JsonNode event = json.path("event");
        if (event.isMissingNode()) {
            return envelope;
        }
        final long ts = event.path("ts").asLong(0);
        final String formatted =
                time.format(
                        Instant.ofEpochSecond(
                                ts / MICROS_PER_SECOND, ts % MICROS_PER_SECOND * 1_000));
        final String at = ts == 0 ? fit("–", formatted.length()) : formatted; // it was not wanted
        final String sequence = "%8s".formatted(json.path("seq").asString("?"));
        final String type = fit(event.path("type").asString("?"), TYPE_WIDTH);
        final String subject = fit(event.path("subject").asString("–"), SUBJECT_WIDTH);
        final int used = at.length() + sequence.length() + type.length() + subject.length() + 8;
        final String rest = cut(rest(event), Math.max(REST_WIDTH_MIN, columns - used));
        return colour("faint", at)
                + "  "
                + colour("yellow", sequence)
                + "  "
                + colour("bold,cyan", type)
                + "  "
                + colour("green", subject)
                + "  "
                + rest;
    }

    private static String rest(final JsonNode event) {
        final String message = event.path("message").asString("");
        final JsonNode data = event.path("data");
        final String text =
                data.isMissingNode() ? "" : data.isString() ? data.asString() : data.toString();
        final String both =
                message.isEmpty() ? text : text.isEmpty() ? message : message + "  " + text;
        return both.codePoints()
                .map(
                        point ->
                                Character.isISOControl(point)
                                        ? ' '
                                        : point) // no event may steer the terminal
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private String colour(final String style, final String text) {
        final Ansi.IStyle[] styles = Ansi.Style.parse(style);
        return ansi.enabled() ? Ansi.Style.on(styles) + text + Ansi.Style.off(styles) : text;
    }

    private static String fit(final String text, final int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    private static String cut(final String text, final int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }
}

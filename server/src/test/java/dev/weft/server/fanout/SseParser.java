package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * The algorithm of the WHATWG standard ("9.2.6 Interpreting an event stream"), word by word and
 * slowly.
 */
public final class SseParser {
    /** One dispatched event. */
    public record Event(String type, String data, String lastEventId) {}

    private final List<Event> events = new ArrayList<>();
    private final List<String> comments = new ArrayList<>();
    private String retry = "";
    private String data = "";
    private String type = "";
    private String lastEventId = "";

    private SseParser() {}

    public static SseParser parse(final byte[] stream) {
        final SseParser parser = new SseParser();
        String text = new String(stream, UTF_8);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '\r' || c == '\n') {
                parser.line(text.substring(start, i));
                if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        return parser;
    }

    public List<Event> events() {
        return events;
    }

    public List<String> comments() {
        return comments;
    }

    public String retry() {
        return retry;
    }

    private void line(final String line) {
        if (line.isEmpty()) {
            dispatch();
            return;
        }
        final int colon = line.indexOf(':');
        if (colon == 0) {
            comments.add(line.substring(1));
        } else if (colon > 0) {
            final String value = line.substring(colon + 1);
            field(line.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
        } else {
            field(line, "");
        }
    }

    private void field(final String name, final String value) {
        switch (name) {
            case "event" -> type = value;
            case "data" -> data += value + "\n";
            case "id" -> lastEventId = value.indexOf('\0') < 0 ? value : lastEventId;
            case "retry" -> retry = value;
            default -> throw new AssertionError("a field that nobody sent: " + name + ": " + value);
        }
    }

    private void dispatch() {
        if (!data.isEmpty()) {
            events.add(
                    new Event(
                            type.isEmpty() ? "message" : type,
                            data.substring(0, data.length() - 1),
                            lastEventId));
        }
        data = "";
        type = "";
    }
}

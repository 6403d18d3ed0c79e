package dev.weft.server.cli.tail;

import java.io.BufferedReader;
import java.io.IOException;

/** Reads server-sent events by the rules of the WHATWG, one frame at a time. One thread. */
final class SseReader {
    private final BufferedReader lines;
    private final Handler handler;
    private String lastEventId;
    private String event = "";
    private final StringBuilder data = new StringBuilder();

    /** Takes what the stream says. */
    interface Handler {
        /**
         * One event.
         *
         * @param event its name, "message" if it has none.
         * @param id the last id that the stream named, up to this event.
         * @return whether to go on reading.
         */
        boolean onEvent(String event, String data, String id) throws IOException;

        /** How long the server wants clients to wait before they come back. */
        void onRetry(long milliseconds);

        /** Nothing more can be read without waiting. */
        void onIdle();
    }

    /**
     * @param lastEventId where the stream goes on, empty for nowhere.
     */
    SseReader(final BufferedReader lines, final String lastEventId, final Handler handler) {
        this.lines = lines;
        this.lastEventId = lastEventId;
        this.handler = handler;
    }

    /** Reads until the stream ends or the handler wants no more. */
    void readAll() throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (!dispatch()) {
                    return;
                }
                if (!lines.ready()) {
                    handler.onIdle();
                }
            } else {
                field(line);
            }
        }
    }

    private boolean dispatch() throws IOException {
        final String name = event.isEmpty() ? "message" : event;
        event = "";
        if (data.length() == 0) {
            return true;
        }
        data.setLength(data.length() - 1); // the line feed after the last line
        final String text = data.toString();
        data.setLength(0);
        return handler.onEvent(name, text, lastEventId);
    }

    private void field(final String line) {
        final int colon = line.indexOf(':');
        final String name = colon < 0 ? line : line.substring(0, colon);
        final int from =
                colon + 1 < line.length() && line.charAt(colon + 1) == ' ' ? colon + 2 : colon + 1;
        final String value = colon < 0 ? "" : line.substring(from);
        switch (name) {
            case "data" -> data.append(value).append('\n');
            case "event" -> event = value;
            case "id" -> lastEventId = value.indexOf('\0') < 0 ? value : lastEventId;
            case "retry" -> retry(value);
            default -> {} // comments and fields of the future
        }
    }

    private void retry(final String value) {
        if (value.matches("\\d{1,9}")) {
            handler.onRetry(Long.parseLong(value));
        }
    }
}

package dev.weft.server.agui;

import dev.weft.protocol.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** An answer with an array in it, which grows item by item up to a limit. One thread. */
final class AnswerText {
    private static final int TAIL_LENGTH_MAX = 64;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
    private boolean hasItems;

    /** Begins the answer of a session in a form: all up to the array. */
    AnswerText(final String sessionId, final OutputFormat format, final String array) {
        final StringBuilder head = new StringBuilder("{\"session_id\":");
        JsonText.quote(head, sessionId);
        head.append(",\"format\":\"").append(format.text()).append("\",\"");
        text(head.append(array).append("\":["));
    }

    /** Adds an item. */
    void item(final byte[] json) {
        if (bytes.size() + json.length + TAIL_LENGTH_MAX > SessionOutput.LENGTH_MAX) {
            throw tooLong();
        }
        if (hasItems) {
            bytes.write(',');
        }
        hasItems = true;
        bytes.write(json, 0, json.length);
    }

    byte[] finish() {
        text("]}");
        return bytes.toByteArray();
    }

    static AguiException tooLong() {
        return new AguiException(
                "output: would have more than "
                        + SessionOutput.LENGTH_MAX
                        + " bytes; ask for one run with run_id, or read the session's events page by page");
    }

    private void text(final CharSequence text) {
        bytes.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}

package dev.weft.server.cli;

import java.io.IOException;
import java.net.ConnectException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads answers of the server. */
public final class Problems {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int TEXT_LENGTH_MAX = 300;

    private Problems() {}

    /** The sentence for people in a refusal; the text itself if it is none of ours. */
    public static String detail(final String body) {
        final JsonNode detail = json(body).path("detail");
        return detail.isString()
                ? detail.asString()
                : body.substring(0, Math.min(TEXT_LENGTH_MAX, body.length()));
    }

    /** What an exception says to people. */
    public static String reason(final IOException ex) {
        final String message = ex.getMessage();
        if (message != null) {
            return message;
        }
        return ex instanceof ConnectException ? "cannot connect" : ex.getClass().getSimpleName();
    }

    /** The JSON of an answer, a missing node if it has none. */
    public static JsonNode json(final String body) {
        try {
            return JSON.readTree(body);
        } catch (final JacksonException ex) {
            return JSON.missingNode();
        }
    }
}

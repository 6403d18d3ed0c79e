package dev.weft.server.session;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads bodies of requests: one object, no member twice, nothing behind it. Any thread. */
public final class StrictJson {
    /** Numbers keep their digits. */
    public static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(Limits.JSON_DEPTH_MAX - 1)
                                                    .maxStringLength(Limits.EVENT_LENGTH_MAX)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build();

    private static final String INVALID = "Invalid request body";

    private StrictJson() {}

    /**
     * Reads an object.
     *
     * @throws ProblemException 400 with the text that clients of sessions know, and why.
     */
    public static ObjectNode object(final byte[] body) {
        final JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (final JacksonException ex) {
            throw invalid("malformed JSON: " + ex.getOriginalMessage());
        }
        if (!(node instanceof ObjectNode object)) {
            throw invalid("the body must be one JSON object");
        }
        return object;
    }

    private static ProblemException invalid(final String reason) {
        return new ProblemException(new Problem(400, INVALID).with("reason", reason));
    }
}

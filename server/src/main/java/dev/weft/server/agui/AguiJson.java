package dev.weft.server.agui;

import dev.weft.protocol.Limits;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes JSON; numbers keep their digits. Stateless. */
final class AguiJson {
    /** Deepest nesting of what becomes the data of an event, which is one object further inside. */
    static final int DEPTH_MAX = Limits.JSON_DEPTH_MAX - 1;

    static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxStringLength(Limits.EVENT_LENGTH_MAX)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build();

    private AguiJson() {}

    /**
     * Reads one object, and nothing after it.
     *
     * @throws AguiException if it is none.
     */
    static ObjectNode object(final byte[] json) {
        final JsonNode tree;
        try {
            tree = MAPPER.readTree(json);
        } catch (final StreamConstraintsException ex) {
            throw new AguiException(
                    "JSON nested deeper than "
                            + DEPTH_MAX
                            + ", or with a name or number that is too long");
        } catch (final JacksonException ex) {
            throw new AguiException("malformed JSON" + place(ex) + ": " + ex.getOriginalMessage());
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new AguiException("must be one JSON object");
        }
        return object;
    }

    /** One object, null if it is none: for what others wrote into the journal. */
    static @Nullable ObjectNode stored(final byte[] json) {
        try {
            return MAPPER.readTree(json) instanceof ObjectNode object ? object : null;
        } catch (final JacksonException ex) {
            return null;
        }
    }

    /** A member's text, null if it has no such text. */
    static @Nullable String text(final JsonNode object, final String name) {
        final JsonNode value = object.get(name);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    private static String place(final JacksonException ex) {
        final long offset = ex.getLocation() == null ? -1 : ex.getLocation().getByteOffset();
        return offset < 0 ? "" : " at offset " + offset;
    }
}

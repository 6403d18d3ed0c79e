package dev.weft.server.job;

import dev.weft.protocol.frame.BlockFlyweight;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What the data of one event says. Whoever publishes may put anything there: a member that is not
 * what it should be counts as absent, and of a text only so much is kept. Immutable.
 */
record Payload(JsonNode data) {
    /** Characters that are kept of a name, an id or another short text. */
    static final int SHORT_TEXT_MAX = 256;

    /** Characters that are kept of what went wrong. */
    static final int LONG_TEXT_MAX = 2_048;

    static final Payload EMPTY = new Payload(JsonNodeFactory.instance.objectNode());

    /** No number that may stand here. */
    static final long NONE = -1;

    /** Reads that of a record. */
    static Payload of(final BlockFlyweight block, final int index) {
        final int length = block.dataLength(index);
        if (length == 0) {
            return EMPTY;
        }
        final byte[] text = new byte[length];
        block.buffer().getBytes(block.dataOffset(index), text);
        try {
            return new Payload(JsonMapper.shared().readTree(text));
        } catch (final JacksonException ex) {
            return EMPTY; // its limits for names and numbers are lower than ours
        }
    }

    @Nullable String text(final String name) {
        return text(name, SHORT_TEXT_MAX);
    }

    @Nullable String text(final String name, final int lengthMax) {
        final JsonNode value = data.get(name);
        if (value == null || !value.isString()) {
            return null;
        }
        final String text = value.stringValue();
        if (text.length() <= lengthMax) {
            return text;
        }
        final int end = Character.isHighSurrogate(text.charAt(lengthMax - 1)) ? 1 : 0;
        return text.substring(0, lengthMax - end);
    }

    /** A whole number from 0 on, {@link #NONE} if there is none. */
    long number(final String name) {
        final JsonNode value = data.get(name);
        return value != null && value.isIntegralNumber() && value.canConvertToLong()
                ? Math.max(NONE, value.longValue())
                : NONE;
    }

    /** A constant by its name in letters of any case, null if there is no such one. */
    <E extends Enum<E>> @Nullable E constant(final String name, final Class<E> type) {
        return constantOf(text(name), type);
    }

    static <E extends Enum<E>> @Nullable E constantOf(
            final @Nullable String text, final Class<E> type) {
        if (text != null) {
            for (final E each : type.getEnumConstants()) {
                if (each.name().equalsIgnoreCase(text)) {
                    return each;
                }
            }
        }
        return null;
    }

    /** The elements of an array, none if it is no array. */
    Iterable<JsonNode> elements(final String name) {
        final JsonNode value = data.get(name);
        return value != null && value.isArray() ? value : JsonNodeFactory.instance.arrayNode();
    }
}

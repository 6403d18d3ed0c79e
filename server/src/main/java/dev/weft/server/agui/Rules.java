package dev.weft.server.agui;

import dev.weft.protocol.Limits;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The rules for single values. Stateless. */
final class Rules {
    /**
     * Longest name of what can be open, such as a message's id; bounds what {@link OrderRules}
     * keeps.
     */
    static final int NAME_LENGTH_MAX = 1_024;

    /** Largest whole number that JavaScript has, too. */
    private static final BigDecimal WHOLE_MAX = BigDecimal.valueOf((1L << 53) - 1);

    private static final Pattern POINTER = Pattern.compile("(/([^/~]|~[01])*)*+");

    /** Anything that is there, also null. */
    static final Rule ANY = value -> null;

    static final Rule STRING = value -> value.isString() ? null : ": must be a string";

    static final Rule BOOLEAN = value -> value.isBoolean() ? null : ": must be true or false";

    static final Rule OBJECT = value -> value.isObject() ? null : ": must be an object";

    /** A string that names something as long as it is open. */
    static final Rule NAME =
            value ->
                    value.isString() && value.stringValue().length() <= NAME_LENGTH_MAX
                            ? null
                            : ": must be a string of at most " + NAME_LENGTH_MAX + " characters";

    /** What an event carries as the id of its run, too. */
    static final Rule RUN_ID =
            value ->
                    value.isString() && isRunId(value.stringValue())
                            ? null
                            : ": must be a string of 1 to "
                                    + Limits.ID_CHARACTERS_MAX
                                    + " characters";

    static final Rule TIMESTAMP =
            value ->
                    isWhole(value, WHOLE_MAX.negate())
                            ? null
                            : ": must be a whole number of milliseconds";

    static final Rule COUNT =
            value -> isWhole(value, BigDecimal.ZERO) ? null : ": must be a whole number, 0 or more";

    static final Rule POINTER_TEXT =
            value ->
                    value.isString() && POINTER.matcher(value.stringValue()).matches()
                            ? null
                            : ": must be a JSON Pointer such as /a/0";

    private Rules() {}

    /** One of some texts. */
    static Rule oneOf(final String... texts) {
        final Set<String> all = Set.of(texts);
        final String rest =
                texts.length == 1
                        ? ": must be " + texts[0]
                        : ": must be one of " + String.join(", ", List.of(texts));
        return value -> value.isString() && all.contains(value.stringValue()) ? null : rest;
    }

    /** An array whose items are all alike. */
    static Rule arrayOf(final int countMin, final Rule item) {
        return value -> {
            if (!value.isArray()) {
                return ": must be an array";
            }
            if (value.size() < countMin) {
                return ": must have at least " + countMin + " item";
            }
            int index = 0;
            for (final JsonNode each : value) {
                final String broken = item.broken(each);
                if (broken != null) {
                    return "[" + index + "]" + broken;
                }
                index++;
            }
            return null;
        };
    }

    static Rule arrayOf(final Rule item) {
        return arrayOf(0, item);
    }

    /** A string, or what another rule says. */
    static Rule stringOr(final Rule other, final String otherwise) {
        return value -> {
            if (value.isString()) {
                return null;
            }
            return value.isArray() ? other.broken(value) : otherwise;
        };
    }

    static boolean isRunId(final String text) {
        return !text.isEmpty() && text.codePointCount(0, text.length()) <= Limits.ID_CHARACTERS_MAX;
    }

    private static boolean isWhole(final JsonNode value, final BigDecimal min) {
        if (!value.isNumber()) {
            return false;
        }
        final BigDecimal number = value.decimalValue();
        return number.compareTo(min) >= 0
                && number.compareTo(WHOLE_MAX) <= 0
                && (number.signum() == 0 || number.stripTrailingZeros().scale() <= 0);
    }

    /** Puts a name before the rest of a sentence, if there is one. */
    static @Nullable String named(final String name, final @Nullable String broken) {
        return broken == null ? null : name + broken;
    }
}

package dev.weft.protocol.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says what an event means, with Jackson and regular expressions: nothing of the code under test.
 */
final class JacksonOracle {
    private static final Set<String> MEMBERS =
            Set.of(
                    "id",
                    "type",
                    "category",
                    "subject",
                    "correlation_id",
                    "causation_id",
                    "run_id",
                    "step_id",
                    "occurred_at",
                    "source",
                    "message",
                    "data");
    private static final Set<String> CATEGORIES =
            Set.of(
                    "console",
                    "network",
                    "page",
                    "interaction",
                    "liveview",
                    "captcha",
                    "system",
                    "agent",
                    "workflow",
                    "session",
                    "job",
                    "telemetry",
                    "custom");
    private static final Set<String> KINDS = Set.of("cdp", "extension", "local_process", "probe");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9._:/-]{0,127}");
    private static final Pattern SUBJECT =
            Pattern.compile("[a-z][a-z0-9_-]{0,31}/[A-Za-z0-9._:@-]{1,200}");
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f]");
    private static final Pattern LARGE_EXPONENT = Pattern.compile(".*[eE][+-]?0*[1-9][0-9]{3,}");

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(64)
                                                    .maxNumberLength(1_000)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private JacksonOracle() {}

    /**
     * The event as it should come back (without {@code ts}; {@code id} as given), null if it has to
     * be refused.
     */
    static @Nullable ObjectNode read(final byte[] event) {
        try {
            final String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(event)).toString();
            if (!isStrict(text)) {
                return null;
            }
            return MAPPER.readTree(text) instanceof ObjectNode node && follows(node)
                    ? completed(node)
                    : null;
        } catch (final CharacterCodingException | JacksonException ex) {
            return null;
        }
    }

    static JsonNode tree(final String json) {
        return MAPPER.readTree(json);
    }

    /** Our stricter rules for the text itself: surrogates, numbers, members given twice. */
    private static boolean isStrict(final String text) {
        final Set<String> names = new HashSet<>();
        try (JsonParser json =
                MAPPER.tokenStreamFactory().createParser(ObjectReadContext.empty(), text)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                final boolean isText =
                        token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME;
                if (isText && hasUnpairedSurrogate(json.getString())) {
                    return false;
                }
                if (token.isNumeric() && !isHeldByAll(json.getString())) {
                    return false;
                }
                final String path = json.streamReadContext().pathAsPointer().toString();
                final boolean isData = path.startsWith("/data/") || path.startsWith("/data");
                if (token.isNumeric()
                        && path.equals("/occurred_at")
                        && json.getString().startsWith("-")) {
                    return false; // the tree cannot tell -0 from 0
                }
                if (token == JsonToken.PROPERTY_NAME
                        && (!isData || path.equals("/data"))
                        && !names.add(path)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean hasUnpairedSurrogate(final String text) {
        return text.codePoints()
                .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static boolean isHeldByAll(final String number) {
        return number.length() <= 1_000
                && !LARGE_EXPONENT.matcher(number).matches()
                && Double.isFinite(Double.parseDouble(number));
    }

    private static boolean follows(final ObjectNode event) {
        if (!MEMBERS.containsAll(event.propertyNames()) || !matches(event.get("type"), TYPE)) {
            return false;
        }
        final String type = event.get("type").stringValue();
        if (type.startsWith("weft.") || type.startsWith("journal.")) {
            return false;
        }
        for (final String name :
                new String[] {"id", "correlation_id", "causation_id", "run_id", "step_id"}) {
            if (event.has(name) && !isIdentifier(event.get(name))) {
                return false;
            }
        }
        return (!event.has("category") || isOneOf(event.get("category"), CATEGORIES))
                && (!event.has("subject") || matches(event.get("subject"), SUBJECT))
                && (!event.has("message") || isMessage(event.get("message")))
                && (!event.has("occurred_at") || isMicroseconds(event.get("occurred_at")))
                && (!event.has("source") || isSource(event.get("source")));
    }

    private static boolean isSource(final JsonNode source) {
        if (!source.isObject()
                || !Set.of("kind", "event", "metadata").containsAll(source.propertyNames())) {
            return false;
        }
        if (!source.has("kind") || !isOneOf(source.get("kind"), KINDS)) {
            return false;
        }
        if (source.has("event") && !isIdentifier(source.get("event"))) {
            return false;
        }
        final JsonNode metadata = source.get("metadata");
        return metadata == null
                || (metadata.isObject()
                        && metadata.size() <= 64
                        && metadata.valueStream().allMatch(JsonNode::isString));
    }

    /** The generator makes no times as text: their rules have a table of their own. */
    private static boolean isMicroseconds(final JsonNode value) {
        return value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= 0
                && value.longValue() < 1L << 53;
    }

    private static boolean isMessage(final JsonNode value) {
        return value.isString() && characters(value) <= 8_192;
    }

    private static boolean isIdentifier(final JsonNode value) {
        return value.isString()
                && !value.stringValue().isEmpty()
                && characters(value) <= 128
                && !CONTROL.matcher(value.stringValue()).find();
    }

    private static long characters(final JsonNode value) {
        return value.stringValue().codePoints().count();
    }

    private static boolean isOneOf(final JsonNode value, final Set<String> names) {
        return value.isString() && names.contains(value.stringValue());
    }

    private static boolean matches(final @Nullable JsonNode value, final Pattern pattern) {
        return value != null && value.isString() && pattern.matcher(value.stringValue()).matches();
    }

    private static ObjectNode completed(final ObjectNode event) {
        if (!event.has("category")) {
            event.put("category", "system");
        }
        return event;
    }
}

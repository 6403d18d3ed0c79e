package dev.weft.server.bridge;

import dev.weft.protocol.Limits;
import dev.weft.protocol.json.JsonScanner;
import dev.weft.server.bridge.fabric.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The data of an event, out of what a message or an entry holds. JSON stays as it is; other text
 * becomes a string; bytes that are no UTF-8 become {@code {"base64":"…"}}. One thread.
 */
final class DataBytes {
    /** Name of a field that is the data of its entry if it stands there alone. */
    private static final byte[] ALONE = "data".getBytes(StandardCharsets.US_ASCII);

    /** The event itself is one level, its data in an object another one. */
    private static final int DEPTH_MAX = Limits.JSON_DEPTH_MAX - 2;

    private final JsonScanner scanner = new JsonScanner();
    private byte[] scratch = new byte[4 * 1024];

    /** The payload of a message. */
    void payload(final byte[] payload, final JsonBytes target) {
        if (isJson(payload)) {
            target.raw(payload);
        } else {
            target.text(payload);
        }
    }

    /**
     * The fields of an entry, names and values in turn: an object with a member for each, in which
     * objects and arrays stand as such and everything else as a string. A name that comes again
     * replaces the former value. The value of a field {@code data} that stands alone is the data
     * itself.
     */
    void fields(final List<?> fields, final JsonBytes target) {
        if (fields.size() == 2 && Arrays.equals((byte[]) fields.get(0), ALONE)) {
            payload((byte[]) fields.get(1), target);
            return;
        }
        final Map<String, byte[]> members = new LinkedHashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            members.put(
                    new String((byte[]) fields.get(i), StandardCharsets.UTF_8),
                    (byte[]) fields.get(i + 1));
        }
        String separator = "{";
        for (final Map.Entry<String, byte[]> member : members.entrySet()) {
            target.ascii(separator).text(member.getKey()).ascii(":");
            final byte[] value = member.getValue();
            if (isNested(value) && isJson(value)) {
                target.raw(value);
            } else {
                target.text(value);
            }
            separator = ",";
        }
        target.ascii(members.isEmpty() ? "{}" : "}");
    }

    private static boolean isNested(final byte[] value) {
        return value.length > 0 && (value[0] == '{' || value[0] == '[');
    }

    private boolean isJson(final byte[] text) {
        if (text.length == 0) {
            return false;
        }
        if (scratch.length < text.length + JsonScanner.PADDING) {
            scratch = new byte[2 * text.length + JsonScanner.PADDING];
        }
        System.arraycopy(text, 0, scratch, 0, text.length);
        scanner.wrap(scratch, text.length);
        final int end = scanner.value(scanner.skipSpace(0), DEPTH_MAX);
        return end != JsonScanner.FAILED && scanner.skipSpace(end) == text.length;
    }

    /**
     * A member of data, such as {@code data.order.id}; null if it is no text, number or boolean.
     */
    static @Nullable String member(
            final byte[] bytes, final int from, final int to, final String path) {
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(bytes, from, to - from);
        } catch (final JacksonException ex) {
            return null;
        }
        final String[] names = path.split("\\.", -1);
        for (int i = 1; i < names.length; i++) {
            node = node.path(names[i]);
        }
        return node.isValueNode() && !node.isNull() ? node.asString() : null;
    }
}

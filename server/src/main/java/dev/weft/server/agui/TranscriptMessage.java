package dev.weft.server.agui;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message as a transcript shows it: {@code id}, {@code role}, {@code content}, {@code
 * tool_calls}, {@code tool_call_id}, {@code name}, {@code timestamp}. But for the role, what is
 * empty, zero or of another type is left out. Stateless.
 */
final class TranscriptMessage {
    private TranscriptMessage() {}

    /** Of a message as AG-UI has it. */
    static ObjectNode of(final JsonNode message) {
        final ObjectNode shown = AguiJson.MAPPER.createObjectNode();
        put(shown, "id", AguiJson.text(message, "id"));
        final String role = AguiJson.text(message, "role");
        shown.put("role", role == null ? "" : role);
        put(shown, "content", AguiJson.text(message, "content"));
        final JsonNode calls = message.get("toolCalls");
        if (calls != null && calls.isArray()) {
            final ArrayNode shownCalls = AguiJson.MAPPER.createArrayNode();
            for (final JsonNode call : calls) {
                if (call.isObject()) {
                    shownCalls.add(call(call));
                }
            }
            if (!shownCalls.isEmpty()) {
                shown.set("tool_calls", shownCalls);
            }
        }
        put(shown, "tool_call_id", AguiJson.text(message, "toolCallId"));
        put(shown, "name", AguiJson.text(message, "name"));
        put(shown, "timestamp", AguiJson.text(message, "timestamp"));
        return shown;
    }

    /** A tool call; name and arguments stand in it or, as in AG-UI, in its {@code function}. */
    private static ObjectNode call(final JsonNode call) {
        final JsonNode function = call.get("function");
        final ObjectNode shown = AguiJson.MAPPER.createObjectNode();
        put(shown, "id", AguiJson.text(call, "id"));
        put(shown, "name", either(call, "name", function, "name"));
        put(shown, "args", either(call, "args", function, "arguments"));
        put(shown, "result", AguiJson.text(call, "result"));
        put(shown, "status", AguiJson.text(call, "status"));
        final JsonNode duration = call.get("duration");
        if (duration != null && duration.isNumber() && duration.asLong(0) != 0) {
            shown.put("duration", duration.asLong(0));
        }
        return shown;
    }

    private static @Nullable String either(
            final JsonNode object,
            final String name,
            final @Nullable JsonNode other,
            final String otherName) {
        final String text = AguiJson.text(object, name);
        return (text != null && !text.isEmpty()) || other == null
                ? text
                : AguiJson.text(other, otherName);
    }

    private static void put(
            final ObjectNode shown, final String name, final @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            shown.put(name, text);
        }
    }
}

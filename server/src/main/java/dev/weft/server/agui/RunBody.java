package dev.weft.server.agui;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What stands in the bodies of requests that start runs. Stateless. */
final class RunBody {
    /** Members beside ids and messages, and how AG-UI calls them. */
    static final Map<String, String> MORE =
            Map.of(
                    "parent_run_id", "parentRunId",
                    "state", "state",
                    "tools", "tools",
                    "context", "context",
                    "forwarded_props", "forwardedProps",
                    "resume", "resume");

    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** Who can speak in a run that is asked for; a user comes first, as he does in requests. */
    private static final String ROLES = "user, assistant, system, developer, tool";

    private static final Set<String> ROLE_SET = Set.of(ROLES.split(", "));

    private static final Map<String, String> SNAKE_CASE =
            Map.of(
                    "tool_calls", "toolCalls",
                    "tool_call_id", "toolCallId",
                    "encrypted_value", "encryptedValue");

    /** Which members a message may have. */
    static final Set<String> OF_MESSAGE = Set.of("content");

    /** Which members a run may have. */
    static final Set<String> OF_RUN =
            Stream.concat(Stream.of("run_id", "thread_id", "messages"), MORE.keySet().stream())
                    .collect(Collectors.toUnmodifiableSet());

    private RunBody() {}

    /** Reads a body, which must be an object. */
    static ObjectNode read(final byte[] body) {
        try {
            return AguiJson.object(body);
        } catch (final AguiException ex) {
            throw new AguiException("Invalid request body: " + ex.detail());
        }
    }

    /** Refuses a member that nobody would read. */
    static void onlyHas(final ObjectNode given, final Set<String> names) {
        for (final String name : given.propertyNames()) {
            if (!names.contains(name)) {
                throw new AguiException(Quote.of(name) + ": is no member of this request");
            }
        }
    }

    static String text(final ObjectNode given, final String name, final String otherwise) {
        final JsonNode value = given.get(name);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isString() || !Rules.isRunId(value.stringValue())) {
            throw new AguiException(name + Rules.RUN_ID.broken(AguiJson.MAPPER.nullNode()));
        }
        return value.stringValue();
    }

    static String runId(final ObjectNode given, final Supplier<String> ids) {
        final JsonNode value = given.get("run_id");
        if (value == null || value.isNull()) {
            return ids.get();
        }
        if (!value.isString() || !UUID.matcher(value.stringValue()).matches()) {
            throw new AguiException("Invalid run_id format, must be a valid UUID");
        }
        return value.stringValue();
    }

    static ArrayNode messages(final ObjectNode given, final Supplier<String> ids) {
        final JsonNode messages = given.get("messages");
        if (messages == null || messages.isNull()) {
            throw new AguiException("messages: is required");
        }
        if (!messages.isArray() || messages.isEmpty()) {
            throw new AguiException("messages: must be an array of at least one message");
        }
        final ArrayNode normal = AguiJson.MAPPER.createArrayNode();
        for (final JsonNode message : messages) {
            normal.add(message(message, "messages[" + normal.size() + "]", ids));
        }
        return normal;
    }

    private static ObjectNode message(
            final JsonNode given, final String name, final Supplier<String> ids) {
        if (!(given instanceof ObjectNode)) {
            throw new AguiException(name + ": must be an object");
        }
        final ObjectNode message = AguiJson.MAPPER.createObjectNode();
        given.properties()
                .forEach(
                        member ->
                                message.set(
                                        SNAKE_CASE.getOrDefault(member.getKey(), member.getKey()),
                                        member.getValue()));
        if (isBlank(message.get("id"))) {
            message.put("id", ids.get());
        }
        final JsonNode role = message.get("role");
        if (isBlank(role)) {
            throw new AguiException(name + ".role: is required");
        }
        if (!role.isString() || !ROLE_SET.contains(role.stringValue())) {
            throw new AguiException(name + ".role: must be one of " + ROLES);
        }
        final boolean mayBeSilent =
                role.stringValue().equals("assistant") && message.get("toolCalls") != null;
        final JsonNode content = message.get("content");
        if (isBlank(content) && !mayBeSilent) {
            throw new AguiException(name + ".content: is required, and not empty");
        }
        if (content != null && content.isNull()) {
            message.remove("content");
        }
        return message;
    }

    private static boolean isBlank(final @Nullable JsonNode value) {
        return value == null
                || value.isNull()
                || (value.isString() && value.stringValue().isEmpty());
    }
}

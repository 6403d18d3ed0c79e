package dev.weft.server.agui;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes messages of a session's events: those that runs were asked with, and those that the deltas
 * of text, reasoning and tool calls add up to. Ids count within a run; a message that a run was
 * asked with is taken once. Keeps up to {@link #MESSAGES_MAX} messages and {@link #LENGTH_MAX}
 * characters; of a session with more it has none. One thread.
 */
final class Assembly {
    static final int MESSAGES_MAX = 20_000;
    static final int LENGTH_MAX = SessionOutput.LENGTH_MAX;

    /** What a tool call takes besides its texts. */
    private static final int CALL_LENGTH = 64;

    private final List<Draft> drafts = new ArrayList<>();
    private final Set<String> knownIds = new HashSet<>();
    private final Map<String, Draft> byId = new HashMap<>(); // of this run
    private final Map<String, Call> calls = new HashMap<>(); // of this run
    private final ChunkLanes lanes = new ChunkLanes();
    private @Nullable Draft thinking;
    private long length;
    private boolean isTooLong;

    /** Takes the next event. */
    void on(final StoredEvent event) {
        if (isTooLong) {
            return;
        }
        if (event.type().equals(RunInput.EVENT_TYPE)) {
            final ObjectNode input = AguiJson.stored(event.json());
            if (input != null) {
                asked(input);
            }
        } else {
            told(event);
        }
        if (drafts.size() > MESSAGES_MAX || length > LENGTH_MAX) {
            clear();
            isTooLong = true;
        }
    }

    private void told(final StoredEvent event) {
        final AguiType type = AguiType.of(event.type());
        final ObjectNode tree =
                type == null || !isWanted(type) ? null : AguiJson.stored(event.json());
        if (type != null && tree != null) {
            final ChunkLanes.Step step = lanes.step(type, tree);
            add(type, tree, step, event.timestampUs());
            if (step.violation() == null) {
                lanes.take(step);
            }
        }
    }

    /** Forgets everything. */
    void clear() {
        drafts.clear();
        knownIds.clear();
        byId.clear();
        calls.clear();
        thinking = null;
        length = 0;
    }

    /**
     * What it made, in the shape of AG-UI.
     *
     * @throws AguiException if it was too much.
     */
    Stream<ObjectNode> messages() {
        if (isTooLong) {
            throw AnswerText.tooLong();
        }
        return drafts.stream().map(Draft::message);
    }

    private static boolean isWanted(final AguiType type) {
        return switch (type) {
            case STATE_SNAPSHOT,
                    STATE_DELTA,
                    ACTIVITY_SNAPSHOT,
                    ACTIVITY_DELTA,
                    RAW,
                    REASONING_ENCRYPTED_VALUE,
                    MESSAGES_SNAPSHOT ->
                    false;
            default -> true;
        };
    }

    private void add(
            final AguiType type,
            final ObjectNode tree,
            final ChunkLanes.Step step,
            final long timestampUs) {
        final String text = AguiJson.text(tree, "delta");
        switch (type) {
            case RUN_STARTED -> begin(tree);
            case TEXT_MESSAGE_START ->
                    start(AguiJson.text(tree, "messageId"), role(tree), tree, timestampUs);
            case TEXT_MESSAGE_CONTENT ->
                    append(AguiJson.text(tree, "messageId"), "assistant", text, timestampUs);
            case REASONING_MESSAGE_START ->
                    start(AguiJson.text(tree, "messageId"), "reasoning", tree, timestampUs);
            case REASONING_MESSAGE_CONTENT ->
                    append(AguiJson.text(tree, "messageId"), "reasoning", text, timestampUs);
            case THINKING_TEXT_MESSAGE_START -> thinking = draft(null, "reasoning", timestampUs);
            case THINKING_TEXT_MESSAGE_CONTENT -> {
                if (thinking == null) {
                    thinking = draft(null, "reasoning", timestampUs);
                }
                append(thinking.content, text);
            }
            case TOOL_CALL_START ->
                    call(
                            AguiJson.text(tree, "toolCallId"),
                            AguiJson.text(tree, "toolCallName"),
                            AguiJson.text(tree, "parentMessageId"),
                            timestampUs);
            case TOOL_CALL_ARGS -> arguments(AguiJson.text(tree, "toolCallId"), text, timestampUs);
            case TOOL_CALL_RESULT -> result(tree, timestampUs);
            case TEXT_MESSAGE_CHUNK, REASONING_MESSAGE_CHUNK, TOOL_CALL_CHUNK ->
                    chunk(tree, step, text, timestampUs);
            default -> {}
        }
    }

    private void begin(final ObjectNode tree) {
        byId.clear();
        calls.clear();
        thinking = null;
        final JsonNode input = tree.get("input");
        if (input != null) {
            asked(input);
        }
    }

    private void asked(final JsonNode input) {
        final JsonNode messages = input.get("messages");
        if (messages == null || !messages.isArray()) {
            return;
        }
        for (final JsonNode message : messages) {
            final String id = AguiJson.text(message, "id");
            if (message instanceof ObjectNode object && (id == null || knownIds.add(id))) {
                drafts.add(new Draft(object));
                length += AguiJson.MAPPER.writeValueAsBytes(object).length;
            }
        }
    }

    private void chunk(
            final ObjectNode tree,
            final ChunkLanes.Step step,
            final @Nullable String text,
            final long timestampUs) {
        final ChunkLanes.Lane begun = step.opens();
        final ChunkLanes.Lane lane = begun == null ? step.continues() : begun;
        if (lane == null) {
            return;
        }
        if (lane.kind() == ChunkLanes.Kind.TOOL) {
            if (begun != null) {
                call(begun.id(), begun.label(), begun.detail(), timestampUs);
            }
            arguments(lane.id(), text, timestampUs);
            return;
        }
        final String role =
                lane.kind() == ChunkLanes.Kind.TEXT && lane.label() != null
                        ? lane.label()
                        : "reasoning";
        if (begun != null) {
            start(begun.id(), role, tree, timestampUs);
        }
        append(lane.id(), role, text, timestampUs);
    }

    private static String role(final ObjectNode tree) {
        final String role = AguiJson.text(tree, "role");
        return role == null ? "assistant" : role;
    }

    private void start(
            final @Nullable String id,
            final String role,
            final ObjectNode tree,
            final long timestampUs) {
        if (id == null) {
            return;
        }
        final Draft draft = message(id, role, timestampUs);
        put(draft, "name", AguiJson.text(tree, "name"));
        append(
                draft.content,
                AguiJson.text(tree, "content")); // no member of AG-UI, but some have it
    }

    private void append(
            final @Nullable String id,
            final String role,
            final @Nullable String text,
            final long timestampUs) {
        if (id != null) {
            append(message(id, role, timestampUs).content, text);
        }
    }

    private void append(final StringBuilder target, final @Nullable String text) {
        if (text != null) {
            target.append(text);
            length += text.length();
        }
    }

    private Draft message(final String id, final String role, final long timestampUs) {
        final Draft known = byId.get(id);
        if (known != null) {
            return known;
        }
        final Draft begun = draft(id, role, timestampUs);
        byId.put(id, begun);
        knownIds.add(id);
        return begun;
    }

    private Draft draft(final @Nullable String id, final String role, final long timestampUs) {
        final Draft draft = new Draft(AguiJson.MAPPER.createObjectNode());
        put(draft, "id", id);
        put(draft, "role", role);
        put(draft, "timestamp", Instant.EPOCH.plus(timestampUs, ChronoUnit.MICROS).toString());
        drafts.add(draft);
        return draft;
    }

    private void put(final Draft draft, final String name, final @Nullable String value) {
        if (value != null) {
            draft.known.put(name, value);
            length += value.length();
        }
    }

    /** A call belongs to its message, or to one of its own. */
    private @Nullable Call call(
            final @Nullable String id,
            final @Nullable String name,
            final @Nullable String parentId,
            final long timestampUs) {
        if (id == null || calls.containsKey(id)) {
            return id == null ? null : calls.get(id);
        }
        final Call call = new Call(id, name);
        calls.put(id, call);
        message(parentId == null ? id : parentId, "assistant", timestampUs).calls.add(call);
        length += CALL_LENGTH + id.length() + (name == null ? 0 : name.length());
        return call;
    }

    private void arguments(
            final @Nullable String id, final @Nullable String text, final long timestampUs) {
        final Call call = call(id, null, null, timestampUs);
        if (call != null) {
            append(call.arguments, text);
        }
    }

    private void result(final ObjectNode tree, final long timestampUs) {
        final String id = AguiJson.text(tree, "messageId");
        final String callId = AguiJson.text(tree, "toolCallId");
        final JsonNode content = tree.get("content");
        final String text = content == null ? null : RunInput.text(content);
        final Call call = callId == null ? null : calls.get(callId);
        if (call != null) {
            call.result = text;
            length += text == null ? 0 : text.length();
        }
        final Draft draft = draft(id, "tool", timestampUs);
        put(draft, "toolCallId", callId);
        append(draft.content, text);
        if (id != null) {
            knownIds.add(id);
        }
    }

    /** A tool call that is being made. */
    private static final class Call {
        private final String id;
        private final @Nullable String name;
        private final StringBuilder arguments = new StringBuilder();
        private @Nullable String result;

        Call(final String id, final @Nullable String name) {
            this.id = id;
            this.name = name;
        }

        ObjectNode json() {
            final ObjectNode json = AguiJson.MAPPER.createObjectNode();
            json.put("id", id);
            json.put("name", name);
            json.put("args", arguments.toString());
            if (result != null) {
                json.put("result", result);
                json.put("status", "completed");
            }
            return json;
        }
    }

    /** A message that is being made. */
    private static final class Draft {
        private final ObjectNode known;
        private final StringBuilder content = new StringBuilder();
        private final List<Call> calls = new ArrayList<>();

        Draft(final ObjectNode known) {
            this.known = known;
        }

        ObjectNode message() {
            if (!content.isEmpty()) {
                known.put("content", content.toString());
            }
            if (!calls.isEmpty()) {
                final ArrayNode array = known.putArray("toolCalls");
                calls.forEach(call -> array.add(call.json()));
            }
            return known;
        }
    }
}

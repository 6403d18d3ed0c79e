package dev.weft.server.agui;

import static dev.weft.server.agui.Member.nullable;
import static dev.weft.server.agui.Member.optional;
import static dev.weft.server.agui.Member.required;
import static dev.weft.server.agui.Rules.ANY;
import static dev.weft.server.agui.Rules.BOOLEAN;
import static dev.weft.server.agui.Rules.NAME;
import static dev.weft.server.agui.Rules.OBJECT;
import static dev.weft.server.agui.Rules.RUN_ID;
import static dev.weft.server.agui.Rules.STRING;
import static dev.weft.server.agui.Rules.TIMESTAMP;
import static dev.weft.server.agui.Rules.arrayOf;
import static dev.weft.server.agui.Rules.oneOf;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The types of AG-UI events (version 1.0, and of earlier ones what its clients still read), and the
 * members of each. Members that do not stand here are kept and not looked at.
 */
public enum AguiType {
    TEXT_MESSAGE_START(
            required("messageId", NAME), optional("role", textRole()), optional("name", STRING)),
    TEXT_MESSAGE_CONTENT(required("messageId", NAME), required("delta", STRING)),
    TEXT_MESSAGE_END(required("messageId", NAME)),
    TEXT_MESSAGE_CHUNK(
            optional("messageId", NAME),
            optional("role", textRole()),
            optional("delta", STRING),
            optional("name", NAME)),
    TOOL_CALL_START(
            required("toolCallId", NAME),
            required("toolCallName", STRING),
            nullable("parentMessageId", STRING)),
    TOOL_CALL_ARGS(required("toolCallId", NAME), required("delta", STRING)),
    TOOL_CALL_END(required("toolCallId", NAME)),
    TOOL_CALL_CHUNK(
            optional("toolCallId", NAME),
            optional("toolCallName", NAME),
            nullable("parentMessageId", NAME),
            optional("delta", STRING)),
    TOOL_CALL_RESULT(
            required("messageId", STRING),
            required("toolCallId", STRING),
            required("content", Shapes.TEXT_OR_PARTS),
            optional("role", oneOf("tool"))),
    STATE_SNAPSHOT(required("snapshot", ANY)),
    STATE_DELTA(required("delta", Shapes.JSON_PATCH)),
    MESSAGES_SNAPSHOT(required("messages", arrayOf(Shapes.MESSAGE))),
    ACTIVITY_SNAPSHOT(
            required("messageId", STRING),
            required("activityType", STRING),
            required("content", OBJECT),
            optional("replace", BOOLEAN)),
    ACTIVITY_DELTA(
            required("messageId", STRING),
            required("activityType", STRING),
            required("patch", Shapes.JSON_PATCH)),
    RAW(required("event", ANY), optional("source", STRING)),
    CUSTOM(required("name", STRING), required("value", ANY)),
    RUN_STARTED(
            required("threadId", STRING),
            required("runId", RUN_ID),
            optional("protocolVersion", STRING),
            optional("parentRunId", STRING),
            optional("input", Shapes.RUN_INPUT)),
    RUN_FINISHED(
            required("threadId", STRING),
            required("runId", RUN_ID),
            nullable("result", ANY),
            nullable("outcome", Shapes.OUTCOME),
            optional("usage", arrayOf(Shapes.USAGE))),
    RUN_ERROR(
            required("message", STRING),
            optional("code", STRING),
            optional("usage", arrayOf(Shapes.USAGE))),
    STEP_STARTED(required("stepName", NAME)),
    STEP_FINISHED(required("stepName", NAME)),
    REASONING_START(required("messageId", NAME)),
    REASONING_MESSAGE_START(required("messageId", NAME), required("role", oneOf("reasoning"))),
    REASONING_MESSAGE_CONTENT(required("messageId", NAME), required("delta", STRING)),
    REASONING_MESSAGE_END(required("messageId", NAME)),
    REASONING_MESSAGE_CHUNK(optional("messageId", NAME), optional("delta", STRING)),
    REASONING_END(required("messageId", NAME)),
    REASONING_ENCRYPTED_VALUE(
            required("subtype", oneOf("tool-call", "message")),
            required("entityId", STRING),
            required("encryptedValue", STRING)),
    SUBAGENT_STARTED(
            required("subagentRunId", NAME),
            required("name", STRING),
            optional("description", STRING),
            optional("parentSubagentRunId", NAME),
            optional("parentToolCallId", STRING),
            optional("parentMessageId", STRING)),
    SUBAGENT_FINISHED(
            required("subagentRunId", NAME),
            nullable("result", ANY),
            optional("outcome", Shapes.SUBAGENT_OUTCOME)),
    SUBAGENT_ERROR(
            required("subagentRunId", NAME), required("message", STRING), optional("code", STRING)),
    /** Of before AG-UI 1.0, as the four that follow. */
    THINKING_START(optional("title", STRING)),
    THINKING_END,
    THINKING_TEXT_MESSAGE_START,
    THINKING_TEXT_MESSAGE_CONTENT(required("delta", STRING)),
    THINKING_TEXT_MESSAGE_END;

    private static final Map<String, AguiType> BY_NAME = new HashMap<>();

    static {
        for (final AguiType type : values()) {
            BY_NAME.put(type.name(), type);
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // rules are lambdas without state
    private final Shape shape;

    AguiType(final Member... members) {
        final Shape event =
                Shape.of(members)
                        .and(
                                optional("timestamp", TIMESTAMP),
                                nullable("rawEvent", ANY),
                                optional("metadata", OBJECT));
        shape = isOfSubagents(members) ? event.and(optional("subagentRunId", NAME)) : event;
    }

    /**
     * Whether it may be a subagent's: not what is about a run as a whole, or says itself whose it
     * is.
     */
    private boolean isOfSubagents(final Member... members) {
        return !name().startsWith("RUN_")
                && !name().equals("MESSAGES_SNAPSHOT")
                && Arrays.stream(members).noneMatch(own -> own.name().equals("subagentRunId"));
    }

    /** The type of a name, null if AG-UI has none of this name. */
    public static @Nullable AguiType of(final String name) {
        return BY_NAME.get(name);
    }

    Shape shape() {
        return shape;
    }

    private static Rule textRole() {
        return oneOf("developer", "system", "assistant", "user");
    }
}

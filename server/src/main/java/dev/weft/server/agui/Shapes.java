package dev.weft.server.agui;

import static dev.weft.server.agui.Member.nullable;
import static dev.weft.server.agui.Member.optional;
import static dev.weft.server.agui.Member.required;
import static dev.weft.server.agui.Rules.ANY;
import static dev.weft.server.agui.Rules.COUNT;
import static dev.weft.server.agui.Rules.OBJECT;
import static dev.weft.server.agui.Rules.POINTER_TEXT;
import static dev.weft.server.agui.Rules.STRING;
import static dev.weft.server.agui.Rules.arrayOf;
import static dev.weft.server.agui.Rules.oneOf;

import java.util.Map;

/** The objects that stand in events and in the input of a run. Stateless. */
final class Shapes {
    private static final Map<String, Shape> OPERATIONS =
            Map.of(
                    "add", operation().and(required("value", ANY)),
                    "replace", operation().and(required("value", ANY)),
                    "test", operation().and(required("value", ANY)),
                    "remove", operation(),
                    "move", operation().and(required("from", POINTER_TEXT)),
                    "copy", operation().and(required("from", POINTER_TEXT)));

    /** RFC 6902. */
    static final Rule JSON_PATCH = arrayOf(Shape.byMember("op", OPERATIONS));

    private static final Rule SOURCE =
            Shape.byMember(
                    "type",
                    Map.of(
                            "data",
                            Shape.of(required("value", STRING), required("mimeType", STRING)),
                            "url",
                            Shape.of(required("value", STRING), optional("mimeType", STRING)),
                            "file",
                            Shape.of(required("value", STRING), optional("mimeType", STRING))));

    private static final Shape MEDIA =
            Shape.of(required("source", SOURCE), optional("id", STRING), nullable("metadata", ANY));

    private static final Rule PARTS =
            arrayOf(
                    Shape.byMember(
                            "type",
                            Map.of(
                                    "text",
                                    Shape.of(required("text", STRING), optional("id", STRING)),
                                    "image",
                                    MEDIA,
                                    "audio",
                                    MEDIA,
                                    "video",
                                    MEDIA,
                                    "document",
                                    MEDIA,
                                    "binary", // of before AG-UI 1.0, which its clients still read
                                    Shape.of(required("mimeType", STRING)))));

    static final Rule TEXT_OR_PARTS =
            Rules.stringOr(PARTS, ": must be a string or an array of parts");

    static final Shape TOOL_CALL =
            Shape.of(
                    required("id", STRING),
                    required("type", oneOf("function")),
                    required(
                            "function",
                            Shape.of(required("name", STRING), required("arguments", STRING))));

    private static final Shape ANY_MESSAGE =
            Shape.of(
                    required("id", STRING),
                    optional("name", STRING),
                    optional("encryptedValue", STRING),
                    optional("subagentRunId", STRING),
                    optional("metadata", OBJECT));

    private static final Shape PLAIN_MESSAGE = ANY_MESSAGE.and(required("content", STRING));

    /** By role. */
    static final Map<String, Shape> MESSAGES =
            Map.of(
                    "developer",
                    PLAIN_MESSAGE,
                    "system",
                    PLAIN_MESSAGE,
                    "user",
                    ANY_MESSAGE.and(required("content", TEXT_OR_PARTS)),
                    "assistant",
                    ANY_MESSAGE.and(
                            optional("content", STRING), optional("toolCalls", arrayOf(TOOL_CALL))),
                    "tool",
                    ANY_MESSAGE.and(
                            required("content", TEXT_OR_PARTS),
                            required("toolCallId", STRING),
                            optional("error", STRING)),
                    "activity",
                    ANY_MESSAGE.and(required("activityType", STRING), required("content", OBJECT)),
                    "reasoning",
                    PLAIN_MESSAGE);

    static final Rule MESSAGE = Shape.byMember("role", MESSAGES);

    static final Shape USAGE =
            Shape.of(
                    optional("provider", STRING),
                    optional("model", STRING),
                    optional("inputTokens", COUNT),
                    optional("outputTokens", COUNT),
                    optional("totalTokens", COUNT),
                    optional("reasoningTokens", COUNT),
                    optional("cachedInputTokens", COUNT),
                    optional("cacheWriteInputTokens", COUNT));

    private static final Shape INTERRUPT =
            Shape.of(
                    required("id", STRING),
                    required("reason", STRING),
                    optional("message", STRING),
                    optional("toolCallId", STRING),
                    optional("responseSchema", OBJECT),
                    optional("expiresAt", STRING),
                    optional("subagentRunId", STRING),
                    optional("metadata", OBJECT));

    /** How a run ended. */
    static final Rule OUTCOME =
            Shape.byMember(
                    "type",
                    Map.of(
                            "success",
                            Shape.of(optional("pendingToolCallIds", arrayOf(STRING))),
                            "interrupt",
                            Shape.of(required("interrupts", arrayOf(1, INTERRUPT))),
                            "cancelled",
                            Shape.of()));

    static final Rule SUBAGENT_OUTCOME =
            Shape.byMember(
                    "type",
                    Map.of(
                            "success",
                            Shape.of(),
                            "suspended",
                            Shape.of(optional("interruptIds", arrayOf(STRING)))));

    private static final Shape TOOL =
            Shape.of(
                    required("name", STRING),
                    required("description", STRING),
                    nullable("parameters", ANY),
                    optional("metadata", OBJECT));

    private static final Shape CONTEXT =
            Shape.of(required("description", STRING), required("value", STRING));

    private static final Shape RESUME =
            Shape.of(
                    required("interruptId", STRING),
                    required("status", oneOf("resolved", "cancelled")),
                    nullable("payload", ANY),
                    optional("metadata", OBJECT));

    /** What a run is started with. */
    static final Shape RUN_INPUT =
            Shape.of(
                    required("threadId", STRING),
                    required("runId", Rules.RUN_ID),
                    optional("protocolVersion", STRING),
                    optional("parentRunId", STRING),
                    nullable("state", ANY),
                    required("messages", arrayOf(MESSAGE)),
                    optional("tools", arrayOf(TOOL)),
                    optional("context", arrayOf(CONTEXT)),
                    nullable("forwardedProps", ANY),
                    optional("resume", arrayOf(RESUME)));

    private Shapes() {}

    private static Shape operation() {
        return Shape.of(required("path", POINTER_TEXT));
    }
}

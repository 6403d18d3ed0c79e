package dev.weft.server.agui;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a run is started with. Immutable. */
public final class RunInput {
    /** Type of the event whose data is the input of a run. */
    public static final String EVENT_TYPE = "run.requested";

    /** Most messages of one input. */
    public static final int MESSAGES_MAX = 10_000;

    private final String threadId;
    private final String runId;
    private final byte[] json;

    private RunInput(final String threadId, final String runId, final byte[] json) {
        this.threadId = threadId;
        this.runId = runId;
        this.json = json;
    }

    /**
     * Reads {@code {"content": "…"}}: one message of the user, a run of its own.
     *
     * @param threadId the session's id.
     * @param ids makes the ids of run and message.
     * @throws AguiException if it is something else.
     */
    public static RunInput ofMessage(
            final byte[] body, final String threadId, final Supplier<String> ids) {
        final ObjectNode given = RunBody.read(body);
        RunBody.onlyHas(given, RunBody.OF_MESSAGE);
        final JsonNode content = given.get("content");
        if (content == null || content.isNull()) {
            throw new AguiException("content: is required");
        }
        if (!content.isString() || content.stringValue().isEmpty()) {
            throw new AguiException("content: must be a string that is not empty");
        }
        final ObjectNode input = AguiJson.MAPPER.createObjectNode();
        input.put("threadId", threadId);
        input.put("runId", ids.get());
        input.putArray("messages")
                .addObject()
                .put("id", ids.get())
                .put("role", "user")
                .put("content", content.stringValue());
        return of(input);
    }

    /**
     * Reads {@code {run_id?, thread_id?, messages, …}}; members of messages may be written as AG-UI
     * has them or in snake case.
     *
     * @param threadId the session's id, and the thread's if the body names none.
     * @param ids makes the ids that are missing.
     * @throws AguiException if it is something else.
     */
    public static RunInput ofRun(
            final byte[] body, final String threadId, final Supplier<String> ids) {
        final ObjectNode given = RunBody.read(body);
        RunBody.onlyHas(given, RunBody.OF_RUN);
        final ObjectNode input = AguiJson.MAPPER.createObjectNode();
        input.put("threadId", RunBody.text(given, "thread_id", threadId));
        input.put("runId", RunBody.runId(given, ids));
        input.set("messages", RunBody.messages(given, ids));
        RunBody.MORE.forEach(
                (name, aguiName) -> {
                    final JsonNode value = given.get(name);
                    if (value != null && !value.isNull()) {
                        input.set(aguiName, value);
                    }
                });
        return of(input);
    }

    /**
     * Reads a RunAgentInput, as clients of AG-UI send it; thread and run need not be named.
     *
     * @param threadId the session's id, which is the thread's.
     * @param ids makes the id of a run that has none.
     * @throws AguiException if it is something else, or for another thread.
     */
    public static RunInput ofAgent(
            final byte[] body, final String threadId, final Supplier<String> ids) {
        final ObjectNode given = RunBody.read(body);
        if (isAbsent(given.get("threadId"))) {
            given.put("threadId", threadId);
        }
        if (isAbsent(given.get("runId"))) {
            given.put("runId", ids.get());
        }
        final RunInput input = of(given);
        if (!input.threadId.equalsIgnoreCase(threadId)) { // a UUID may be written in capitals
            throw new AguiException(
                    "threadId: must be the id of the session, "
                            + threadId
                            + ", or absent: it is "
                            + Quote.of(input.threadId));
        }
        return input;
    }

    private static boolean isAbsent(final @Nullable JsonNode value) {
        return value == null || value.isNull();
    }

    private static RunInput of(final ObjectNode input) {
        defaults(input);
        final String broken = Shapes.RUN_INPUT.broken(input);
        if (broken != null) {
            throw new AguiException(broken.substring(1));
        }
        if (input.get("messages").size() > MESSAGES_MAX) {
            throw new AguiException("messages: must be at most " + MESSAGES_MAX);
        }
        final byte[] json = AguiJson.MAPPER.writeValueAsBytes(input);
        if (json.length > AguiEvent.LENGTH_MAX) {
            throw new AguiException(
                    "the input of the run has "
                            + json.length
                            + " bytes, more than "
                            + AguiEvent.LENGTH_MAX);
        }
        return new RunInput(
                input.get("threadId").stringValue(), input.get("runId").stringValue(), json);
    }

    public String threadId() {
        return threadId;
    }

    public String runId() {
        return runId;
    }

    /** A RunAgentInput of AG-UI, with every member that its clients ask for; not to be changed. */
    public byte[] json() {
        return json;
    }

    /** Clients of before AG-UI 1.0 ask for these. */
    private static void defaults(final ObjectNode input) {
        if (input.get("tools") == null) {
            input.putArray("tools");
        }
        if (input.get("context") == null) {
            input.putArray("context");
        }
        final JsonNode props = input.get("forwardedProps");
        if (props == null || props.isNull()) {
            input.putObject("forwardedProps");
        }
    }

    /** The text of a message's content, which may have parts; null if it has none. */
    static @Nullable String text(final JsonNode content) {
        if (content.isString()) {
            return content.stringValue();
        }
        if (!(content instanceof ArrayNode parts)) {
            return null;
        }
        final StringBuilder text = new StringBuilder();
        for (final JsonNode part : parts) {
            final String piece = AguiJson.text(part, "text");
            if (piece != null) {
                text.append(piece);
            }
        }
        return text.toString();
    }
}

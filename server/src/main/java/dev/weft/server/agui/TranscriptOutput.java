package dev.weft.server.agui;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The messages of a session: those of its last {@code MESSAGES_SNAPSHOT}; while it has none, those
 * that its requests and deltas make. Keeps one snapshot, or what {@link Assembly} keeps.
 */
final class TranscriptOutput implements SessionOutput {
    private final String sessionId;
    private final Assembly assembly = new Assembly();
    private byte @Nullable [] snapshot;

    TranscriptOutput(final String sessionId) {
        this.sessionId = sessionId;
    }

    @Override
    public void on(final StoredEvent event) {
        if (event.type().equals(AguiType.MESSAGES_SNAPSHOT.name())) {
            snapshot = event.json();
            assembly.clear();
        } else if (snapshot == null) {
            assembly.on(event);
        }
    }

    @Override
    public byte[] finish() {
        final AnswerText answer = new AnswerText(sessionId, OutputFormat.TRANSCRIPT, "messages");
        if (snapshot == null) {
            assembly.messages().forEach(message -> add(answer, message));
            return answer.finish();
        }
        final ObjectNode last = AguiJson.stored(snapshot);
        final JsonNode messages = last == null ? null : last.get("messages");
        if (messages != null && messages.isArray()) {
            messages.forEach(message -> add(answer, message));
        }
        return answer.finish();
    }

    private static void add(final AnswerText answer, final JsonNode message) {
        if (message instanceof ObjectNode object) {
            answer.item(AguiJson.MAPPER.writeValueAsBytes(TranscriptMessage.of(object)));
        }
    }
}

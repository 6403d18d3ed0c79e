package dev.weft.server.agui;

import dev.weft.protocol.Limits;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The AG-UI events of a session with deltas merged: a text delta into the one right before it, if
 * both are of the same message, and arguments of a tool call likewise. The first event stays and
 * gets the deltas of all, up to a million characters; then a new one begins. Everything else passes
 * as it is.
 */
final class CompactOutput implements SessionOutput {
    private static final int DELTA_LENGTH_MAX = Limits.EVENT_LENGTH_MAX;

    private final AnswerText answer;

    private byte @Nullable [] last; // a delta that was not yet written, as stored
    private @Nullable ObjectNode lastTree;
    private @Nullable AguiType lastType;
    private final StringBuilder delta = new StringBuilder();
    private int mergedCount;

    CompactOutput(final String sessionId) {
        answer = new AnswerText(sessionId, OutputFormat.COMPACT, "events");
    }

    @Override
    public void on(final StoredEvent event) {
        final AguiType type = AguiType.of(event.type());
        if (type == null || event.json().length == 0) {
            return;
        }
        final String idName = idName(type);
        final ObjectNode tree = idName == null ? null : AguiJson.stored(event.json());
        final String id = tree == null || idName == null ? null : AguiJson.text(tree, idName);
        final String text = tree == null ? null : AguiJson.text(tree, "delta");
        if (tree == null || idName == null || id == null || text == null) {
            writeLast();
            answer.item(event.json());
        } else if (type == lastType
                && lastTree != null
                && id.equals(AguiJson.text(lastTree, idName))
                && delta.length() + text.length() <= DELTA_LENGTH_MAX) {
            delta.append(text);
            mergedCount++;
        } else {
            writeLast();
            last = event.json();
            lastTree = tree;
            lastType = type;
            delta.append(text);
        }
    }

    @Override
    public byte[] finish() {
        writeLast();
        return answer.finish();
    }

    private void writeLast() {
        if (last != null && lastTree != null) {
            if (mergedCount > 0) {
                lastTree.put("delta", delta.toString());
                answer.item(AguiJson.MAPPER.writeValueAsBytes(lastTree));
            } else {
                answer.item(last);
            }
        }
        last = null;
        lastTree = null;
        lastType = null;
        delta.setLength(0);
        mergedCount = 0;
    }

    private static @Nullable String idName(final AguiType type) {
        return switch (type) {
            case TEXT_MESSAGE_CONTENT -> "messageId";
            case TOOL_CALL_ARGS -> "toolCallId";
            default -> null;
        };
    }
}

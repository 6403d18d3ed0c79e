package dev.weft.server.agui;

import dev.weft.protocol.Limits;
import dev.weft.protocol.json.JsonText;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An AG-UI event that has the members its type asks for. Its JSON is what came in, byte for byte,
 * with the ids of thread and run behind it if it had none. Immutable.
 */
public final class AguiEvent {
    /**
     * Longest event in bytes: what an event of the journal takes, less what stands around it there.
     */
    public static final int LENGTH_MAX = Limits.EVENT_LENGTH_MAX - 4_096;

    private final AguiType type;
    private final ObjectNode tree;
    private final byte[] json;

    private AguiEvent(final AguiType type, final ObjectNode tree, final byte[] json) {
        this.type = type;
        this.tree = tree;
        this.json = json;
    }

    /**
     * Checks an event.
     *
     * @throws AguiException if it is none.
     */
    public static AguiEvent parse(final byte[] json) {
        return parse(json, null, null);
    }

    /**
     * Checks an event that belongs to a run.
     *
     * @param threadId what becomes its {@code threadId} if it has none; null: nothing does.
     * @param runId what becomes its {@code runId} if it has none; null: nothing does.
     * @throws AguiException if it is none.
     */
    public static AguiEvent parse(
            final byte[] json, final @Nullable String threadId, final @Nullable String runId) {
        if (json.length > LENGTH_MAX) {
            throw new AguiException(
                    "the event has " + json.length + " bytes, more than " + LENGTH_MAX);
        }
        final ObjectNode tree = AguiJson.object(json);
        final AguiType type = type(tree);
        final StringBuilder stamp = new StringBuilder();
        stamp(tree, "threadId", threadId, stamp);
        stamp(tree, "runId", runId, stamp);
        final String broken = type.shape().broken(tree);
        if (broken != null) {
            throw new AguiException(type + broken);
        }
        final String statedRun = AguiJson.text(tree, "runId");
        if (statedRun != null && !Rules.isRunId(statedRun)) {
            throw new AguiException(type + ".runId" + Rules.RUN_ID.broken(tree.get("runId")));
        }
        return new AguiEvent(type, tree, stamp.isEmpty() ? json : stamped(json, stamp));
    }

    private static AguiType type(final ObjectNode tree) {
        final JsonNode name = tree.get("type");
        if (name == null) {
            throw new AguiException("type: is required");
        }
        final AguiType type = name.isString() ? AguiType.of(name.stringValue()) : null;
        if (type == null) {
            throw new AguiException(
                    "type: must be a type of AG-UI such as TEXT_MESSAGE_START"
                            + (name.isString() ? ", not " + Quote.of(name.stringValue()) : ""));
        }
        return type;
    }

    private static void stamp(
            final ObjectNode tree,
            final String name,
            final @Nullable String value,
            final StringBuilder stamp) {
        if (value != null && tree.get(name) == null) {
            tree.put(name, value);
            JsonText.quote(stamp.append(",\"").append(name).append("\":"), value);
        }
    }

    /** The object, which has a member at least, with more behind it. */
    private static byte[] stamped(final byte[] json, final StringBuilder stamp) {
        int end = json.length - 1;
        while (json[end] != '}') {
            end--;
        }
        final byte[] more = stamp.append('}').toString().getBytes(StandardCharsets.UTF_8);
        final byte[] all = java.util.Arrays.copyOf(json, end + more.length);
        System.arraycopy(more, 0, all, end, more.length);
        return all;
    }

    public AguiType type() {
        return type;
    }

    /** The run it says that it belongs to; null if it says nothing. */
    public @Nullable String runId() {
        return AguiJson.text(tree, "runId");
    }

    /** The event; not to be changed. */
    public byte[] json() {
        return json;
    }

    ObjectNode tree() {
        return tree;
    }
}

package dev.weft.server.agui;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What chunks mean: the first of a message or tool call opens it, those that follow continue it
 * even without its id, and almost any other event ends it. The agent itself and each of its
 * subagents has a lane of its own, with one open message or call in it. One thread.
 */
final class ChunkLanes {
    /** Most lanes: the first chunk of one more is refused. */
    static final int LANES_MAX = 256;

    private static final String AGENT = "agent";
    private static final String SUBAGENT = "subagent ";

    private final Map<String, Lane> lanes = new LinkedHashMap<>();

    /** What chunks are about. */
    enum Kind {
        TEXT("text message", "messageId"),
        TOOL("tool call", "toolCallId"),
        REASONING("reasoning message", "messageId");

        private final String title;
        private final String idName;

        Kind(final String title, final String idName) {
            this.title = title;
            this.idName = idName;
        }
    }

    /**
     * What is open in a lane.
     *
     * @param label its role, or the name of its tool.
     * @param detail its name, or the message its tool call belongs to.
     */
    record Lane(Kind kind, String id, @Nullable String label, @Nullable String detail) {}

    /**
     * What an event does.
     *
     * @param violation why it cannot be; null if it can.
     * @param closes lanes that it ends.
     * @param owner whose lane a chunk is in.
     * @param opens what a chunk begins.
     * @param continues what a chunk goes on with.
     */
    record Step(
            @Nullable String violation,
            List<String> closes,
            String owner,
            @Nullable Lane opens,
            @Nullable Lane continues) {
        private static Step closing(final List<String> owners) {
            return new Step(null, owners, AGENT, null, null);
        }

        private static Step refused(final String violation) {
            return new Step(violation, List.of(), AGENT, null, null);
        }
    }

    /** Makes it equal to another one. */
    void copyFrom(final ChunkLanes other) {
        lanes.clear();
        lanes.putAll(other.lanes);
    }

    /** What an event would do; changes nothing. */
    Step step(final AguiType type, final JsonNode event) {
        return switch (type) {
            case TEXT_MESSAGE_CHUNK -> chunk(type, Kind.TEXT, event);
            case TOOL_CALL_CHUNK -> chunk(type, Kind.TOOL, event);
            case REASONING_MESSAGE_CHUNK -> chunk(type, Kind.REASONING, event);
            case RUN_STARTED, RUN_FINISHED, RUN_ERROR, MESSAGES_SNAPSHOT ->
                    Step.closing(List.copyOf(lanes.keySet()));
            case RAW,
                    ACTIVITY_SNAPSHOT,
                    ACTIVITY_DELTA,
                    REASONING_ENCRYPTED_VALUE,
                    SUBAGENT_STARTED ->
                    Step.closing(List.of());
            default -> Step.closing(ofOwner(owner(event)));
        };
    }

    /** Does what an event does. */
    void take(final Step step) {
        step.closes().forEach(lanes::remove);
        if (step.opens() != null) {
            lanes.put(step.owner(), step.opens());
        }
    }

    /** Whether an event ends what is open under an id. */
    boolean isClosedBy(final Step step, final Kind kind, final String id) {
        for (final String owner : step.closes()) {
            final Lane lane = lanes.get(owner);
            if (lane != null && lane.kind() == kind && lane.id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** What is open in the lanes that an event ends. */
    List<Lane> closed(final Step step) {
        return step.closes().stream().map(lanes::get).filter(Objects::nonNull).toList();
    }

    private Step chunk(final AguiType type, final Kind kind, final JsonNode event) {
        final String id = AguiJson.text(event, kind.idName);
        final String owner = laneOf(kind, id, event);
        if (owner == null) {
            return Step.refused(
                    type
                            + ": has neither "
                            + kind.idName
                            + " nor subagentRunId, but several subagents have an open "
                            + kind.title);
        }
        if (event.get("subagentRunId") != null && !owner.equals(owner(event))) {
            return Step.refused(
                    type + ".subagentRunId: another one began the " + kind.title + " " + shown(id));
        }
        final String label = AguiJson.text(event, kind == Kind.TOOL ? "toolCallName" : "role");
        final String detail = AguiJson.text(event, kind == Kind.TOOL ? "parentMessageId" : "name");
        final Lane open = lanes.get(owner);
        if (open != null && open.kind() == kind && (id == null || id.equals(open.id()))) {
            final boolean isSame =
                    kind == Kind.REASONING
                            || (agrees(label, open.label()) && agrees(detail, open.detail()));
            return isSame
                    ? new Step(null, List.of(), owner, null, open)
                    : Step.refused(
                            type
                                    + ": contradicts the chunk that began the "
                                    + kind.title
                                    + " "
                                    + Quote.of(open.id()));
        }
        if (id == null) {
            return Step.refused(type + "." + kind.idName + ": is required in the first chunk");
        }
        if (kind == Kind.TOOL && label == null) {
            return Step.refused(type + ".toolCallName: is required in the first chunk");
        }
        if (open == null && lanes.size() >= LANES_MAX) {
            return Step.refused(
                    type + ": more than " + LANES_MAX + " subagents send chunks at once");
        }
        final String role = kind == Kind.TEXT && label == null ? "assistant" : label;
        return new Step(null, ofOwner(owner), owner, new Lane(kind, id, role, detail), null);
    }

    private static boolean agrees(final @Nullable String said, final @Nullable String before) {
        return said == null || said.equals(before);
    }

    /** Whose chunk it is: its id says it, else it itself, else there must be only one it can be. */
    private @Nullable String laneOf(
            final Kind kind, final @Nullable String id, final JsonNode event) {
        if (id != null) {
            for (final Map.Entry<String, Lane> lane : lanes.entrySet()) {
                if (lane.getValue().kind() == kind && lane.getValue().id().equals(id)) {
                    return lane.getKey();
                }
            }
        }
        final String owner = owner(event);
        final Lane agents = lanes.get(AGENT);
        if (id != null || !owner.equals(AGENT) || (agents != null && agents.kind() == kind)) {
            return owner;
        }
        final List<String> candidates =
                lanes.entrySet().stream()
                        .filter(lane -> lane.getValue().kind() == kind)
                        .map(Map.Entry::getKey)
                        .toList();
        return switch (candidates.size()) {
            case 0 -> AGENT;
            case 1 -> candidates.get(0);
            default -> null;
        };
    }

    private static String shown(final @Nullable String id) {
        return id == null ? "" : Quote.of(id);
    }

    private List<String> ofOwner(final String owner) {
        return lanes.containsKey(owner) ? List.of(owner) : List.of();
    }

    private static String owner(final JsonNode event) {
        final String subagent = AguiJson.text(event, "subagentRunId");
        return subagent == null ? AGENT : SUBAGENT + subagent;
    }
}

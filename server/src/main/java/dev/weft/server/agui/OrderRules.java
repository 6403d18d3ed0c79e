package dev.weft.server.agui;

import dev.weft.server.agui.ChunkLanes.Kind;
import dev.weft.server.agui.ChunkLanes.Step;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The order in which the events of one session may come, as the clients of AG-UI check it: a run
 * begins, what it opens is closed, it ends. Keeps the names of what is open, {@link #OPEN_MAX} at
 * most. Who owns what among subagents is not looked at, but for steps. One thread.
 */
public final class OrderRules {
    /** Most messages, tool calls, steps and subagents that can be open in one run. */
    public static final int OPEN_MAX = 1_024;

    private static final int NAMES_SHOWN_MAX = 5;

    private final OrderMode mode;
    private final Map<Thing, Set<String>> open = new EnumMap<>(Thing.class);
    private final ChunkLanes lanes = new ChunkLanes();
    private Phase phase = Phase.NEW;

    private enum Phase {
        NEW,
        RUNNING,
        FINISHED,
        FAILED
    }

    /** What can be open. */
    private enum Thing {
        MESSAGE("text message", "messageId"),
        TOOL_CALL("tool call", "toolCallId"),
        STEP("step", "stepName"),
        REASONING("reasoning", "messageId"),
        REASONING_MESSAGE("reasoning message", "messageId"),
        THINKING("thinking", ""),
        THINKING_MESSAGE("thinking message", ""),
        SUBAGENT("subagent", "subagentRunId"),
        /** Never closed in a run: a subagent's id is used once. */
        GONE_SUBAGENT("subagent that has ended", "subagentRunId");

        private final String title;
        private final String member;

        Thing(final String title, final String member) {
            this.title = title;
            this.member = member;
        }
    }

    /**
     * What becomes of an event.
     *
     * @param isAccepted whether it may be appended.
     * @param violation which rule it breaks; null if it breaks none.
     */
    public record Verdict(boolean isAccepted, @Nullable String violation) {}

    private static final Verdict FINE = new Verdict(true, null);

    public OrderRules(final OrderMode mode) {
        this.mode = mode;
        for (final Thing thing : Thing.values()) {
            open.put(thing, new LinkedHashSet<>());
        }
    }

    /** Another one that stands at the same place, to judge what may not be taken after all. */
    public OrderRules copy(final OrderMode itsMode) {
        final OrderRules copy = new OrderRules(itsMode);
        open.forEach((thing, names) -> copy.names(thing).addAll(names));
        copy.lanes.copyFrom(lanes);
        copy.phase = phase;
        return copy;
    }

    /** Judges the next event; one that is refused changes nothing. */
    public Verdict on(final AguiEvent event) {
        final Step step = lanes.step(event.type(), event.tree());
        final String violation = violation(event, step);
        if (violation != null && mode == OrderMode.STRICT) {
            return new Verdict(false, violation);
        }
        take(event, step);
        return violation == null ? FINE : new Verdict(true, violation);
    }

    private @Nullable String violation(final AguiEvent event, final Step step) {
        final String misplaced = misplaced(event.type());
        if (misplaced != null || step.violation() != null) {
            return misplaced != null ? misplaced : step.violation();
        }
        final AguiType type = event.type();
        final JsonNode tree = event.tree();
        return switch (type) {
            case TEXT_MESSAGE_START -> opening(type, Thing.MESSAGE, tree, step);
            case TEXT_MESSAGE_CONTENT, TEXT_MESSAGE_END ->
                    continuing(type, Thing.MESSAGE, tree, step);
            case TOOL_CALL_START -> opening(type, Thing.TOOL_CALL, tree, step);
            case TOOL_CALL_ARGS, TOOL_CALL_END -> continuing(type, Thing.TOOL_CALL, tree, step);
            case STEP_STARTED -> opening(type, Thing.STEP, tree, step);
            case STEP_FINISHED -> continuing(type, Thing.STEP, tree, step);
            case REASONING_START -> opening(type, Thing.REASONING, tree, step);
            case REASONING_END -> continuing(type, Thing.REASONING, tree, step);
            case REASONING_MESSAGE_START -> opening(type, Thing.REASONING_MESSAGE, tree, step);
            case REASONING_MESSAGE_CONTENT, REASONING_MESSAGE_END ->
                    continuing(type, Thing.REASONING_MESSAGE, tree, step);
            case TEXT_MESSAGE_CHUNK, TOOL_CALL_CHUNK, REASONING_MESSAGE_CHUNK ->
                    step.opens() == null
                            ? null
                            : opening(type, thing(step.opens().kind()), step.opens().id(), step);
            case THINKING_START -> opening(type, Thing.THINKING, tree, step);
            case THINKING_END -> continuing(type, Thing.THINKING, tree, step);
            case THINKING_TEXT_MESSAGE_START -> opening(type, Thing.THINKING_MESSAGE, tree, step);
            case THINKING_TEXT_MESSAGE_CONTENT, THINKING_TEXT_MESSAGE_END ->
                    continuing(type, Thing.THINKING_MESSAGE, tree, step);
            case SUBAGENT_STARTED -> subagent(tree, step);
            case SUBAGENT_FINISHED, SUBAGENT_ERROR -> continuing(type, Thing.SUBAGENT, tree, step);
            case RUN_FINISHED -> finishing(step);
            default -> null;
        };
    }

    private @Nullable String misplaced(final AguiType type) {
        final boolean isStart = type == AguiType.RUN_STARTED;
        return switch (phase) {
            case NEW ->
                    isStart || type == AguiType.RUN_ERROR
                            ? null
                            : type + ": the first event must be RUN_STARTED or RUN_ERROR";
            case RUNNING -> isStart ? "RUN_STARTED: the run before it has not ended" : null;
            case FINISHED ->
                    isStart || type == AguiType.RUN_ERROR
                            ? null
                            : type + ": after RUN_FINISHED only RUN_STARTED or RUN_ERROR may come";
            case FAILED -> isStart ? null : type + ": after RUN_ERROR only RUN_STARTED may come";
        };
    }

    private @Nullable String opening(
            final AguiType type, final Thing thing, final JsonNode tree, final Step step) {
        return opening(type, thing, name(thing, tree), step);
    }

    private @Nullable String opening(
            final AguiType type, final Thing thing, final String name, final Step step) {
        if (isOpen(thing, name, step)) {
            return type + ": the " + thing.title + shown(name) + " is open already";
        }
        if (open.values().stream().mapToInt(Set::size).sum() >= OPEN_MAX) {
            return type + ": more than " + OPEN_MAX + " messages, tool calls, steps and subagents";
        }
        return null;
    }

    private @Nullable String continuing(
            final AguiType type, final Thing thing, final JsonNode tree, final Step step) {
        final String name = name(thing, tree);
        return isOpen(thing, name, step)
                ? null
                : type + ": no " + thing.title + shown(name) + " is open";
    }

    private @Nullable String subagent(final JsonNode tree, final Step step) {
        final String name = name(Thing.SUBAGENT, tree);
        if (names(Thing.GONE_SUBAGENT).contains(name)) {
            return "SUBAGENT_STARTED: the subagent" + shown(name) + " has ended in this run";
        }
        final String parent = AguiJson.text(tree, "parentSubagentRunId");
        if (parent != null
                && !names(Thing.SUBAGENT).contains(parent)
                && !names(Thing.GONE_SUBAGENT).contains(parent)) {
            return "SUBAGENT_STARTED.parentSubagentRunId: no subagent"
                    + shown(parent)
                    + " has started in this run";
        }
        return opening(AguiType.SUBAGENT_STARTED, Thing.SUBAGENT, name, step);
    }

    private @Nullable String finishing(final Step step) {
        for (final Thing thing : Thing.values()) {
            final List<String> left =
                    names(thing).stream().filter(name -> isOpen(thing, name, step)).toList();
            if (!left.isEmpty() && thing != Thing.GONE_SUBAGENT) {
                return "RUN_FINISHED: still open: "
                        + left.stream()
                                .limit(NAMES_SHOWN_MAX)
                                .map(name -> thing.title + shown(name))
                                .collect(Collectors.joining(", "))
                        + (left.size() > NAMES_SHOWN_MAX
                                ? " and " + (left.size() - NAMES_SHOWN_MAX) + " more"
                                : "");
            }
        }
        return null;
    }

    private void take(final AguiEvent event, final Step step) {
        lanes.closed(step).forEach(lane -> names(thing(lane.kind())).remove(lane.id()));
        if (step.violation() == null) {
            lanes.take(step);
        }
        final JsonNode tree = event.tree();
        switch (event.type()) {
            case RUN_STARTED -> begin();
            case RUN_FINISHED -> phase = Phase.FINISHED;
            case RUN_ERROR -> phase = Phase.FAILED;
            case TEXT_MESSAGE_START -> add(Thing.MESSAGE, name(Thing.MESSAGE, tree));
            case TEXT_MESSAGE_END -> remove(Thing.MESSAGE, tree);
            case TOOL_CALL_START -> add(Thing.TOOL_CALL, name(Thing.TOOL_CALL, tree));
            case TOOL_CALL_END -> remove(Thing.TOOL_CALL, tree);
            case STEP_STARTED -> add(Thing.STEP, name(Thing.STEP, tree));
            case STEP_FINISHED -> remove(Thing.STEP, tree);
            case REASONING_START -> add(Thing.REASONING, name(Thing.REASONING, tree));
            case REASONING_END -> remove(Thing.REASONING, tree);
            case REASONING_MESSAGE_START ->
                    add(Thing.REASONING_MESSAGE, name(Thing.REASONING_MESSAGE, tree));
            case REASONING_MESSAGE_END -> remove(Thing.REASONING_MESSAGE, tree);
            case TEXT_MESSAGE_CHUNK, TOOL_CALL_CHUNK, REASONING_MESSAGE_CHUNK -> {
                if (step.opens() != null) {
                    add(thing(step.opens().kind()), step.opens().id());
                }
            }
            case THINKING_START -> add(Thing.THINKING, "");
            case THINKING_END -> remove(Thing.THINKING, tree);
            case THINKING_TEXT_MESSAGE_START -> add(Thing.THINKING_MESSAGE, "");
            case THINKING_TEXT_MESSAGE_END -> remove(Thing.THINKING_MESSAGE, tree);
            case SUBAGENT_STARTED -> add(Thing.SUBAGENT, name(Thing.SUBAGENT, tree));
            case SUBAGENT_FINISHED, SUBAGENT_ERROR -> {
                remove(Thing.SUBAGENT, tree);
                add(Thing.GONE_SUBAGENT, name(Thing.SUBAGENT, tree));
            }
            default -> {}
        }
        if (phase == Phase.NEW) {
            phase = Phase.RUNNING; // taken with a warning
        }
    }

    private void begin() {
        open.values().forEach(Set::clear);
        phase = Phase.RUNNING;
    }

    private void add(final Thing thing, final String name) {
        if (open.values().stream().mapToInt(Set::size).sum() < OPEN_MAX) {
            names(thing).add(name);
        }
    }

    private void remove(final Thing thing, final JsonNode tree) {
        names(thing).remove(name(thing, tree));
    }

    private boolean isOpen(final Thing thing, final String name, final Step step) {
        return names(thing).contains(name)
                && Stream.of(Kind.values())
                        .noneMatch(
                                kind -> thing(kind) == thing && lanes.isClosedBy(step, kind, name));
    }

    private Set<String> names(final Thing thing) {
        return java.util.Objects.requireNonNull(open.get(thing));
    }

    /** What it is called; a subagent may have a step of the same name as others. */
    private static String name(final Thing thing, final JsonNode tree) {
        final String name = AguiJson.text(tree, thing.member);
        if (name == null) {
            return "";
        }
        final String owner = thing == Thing.STEP ? AguiJson.text(tree, "subagentRunId") : null;
        return owner == null ? name : name + " of subagent " + owner;
    }

    private static String shown(final String name) {
        return name.isEmpty() ? "" : " " + Quote.of(name);
    }

    private static Thing thing(final Kind kind) {
        return switch (kind) {
            case TEXT -> Thing.MESSAGE;
            case TOOL -> Thing.TOOL_CALL;
            case REASONING -> Thing.REASONING_MESSAGE;
        };
    }
}

package dev.weft.server.agui;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Events in any order; few ids, so that many of them fit. */
final class AnyEvents {
    private static final int COUNT = 60;

    private static final List<String> OF_RUNS =
            List.of(
                    "{'type':'RUN_STARTED','threadId':'t','runId':'r'}",
                    "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}",
                    "{'type':'RUN_ERROR','message':'m'}");

    private static final List<String> OF_AGENTS =
            List.of(
                    "{'type':'TEXT_MESSAGE_START','messageId':'#'@}",
                    "{'type':'TEXT_MESSAGE_CONTENT','messageId':'#','delta':'d'@}",
                    "{'type':'TEXT_MESSAGE_END','messageId':'#'@}",
                    "{'type':'TOOL_CALL_START','toolCallId':'#','toolCallName':'n'@}",
                    "{'type':'TOOL_CALL_ARGS','toolCallId':'#','delta':'d'@}",
                    "{'type':'TOOL_CALL_END','toolCallId':'#'@}",
                    "{'type':'TOOL_CALL_RESULT','messageId':'t-#','toolCallId':'#','content':'c'@}",
                    "{'type':'STEP_STARTED','stepName':'#'@}",
                    "{'type':'STEP_FINISHED','stepName':'#'@}",
                    "{'type':'REASONING_START','messageId':'#'@}",
                    "{'type':'REASONING_END','messageId':'#'@}",
                    "{'type':'REASONING_MESSAGE_START','messageId':'#','role':'reasoning'@}",
                    "{'type':'REASONING_MESSAGE_CONTENT','messageId':'#','delta':'d'@}",
                    "{'type':'REASONING_MESSAGE_END','messageId':'#'@}",
                    "{'type':'TEXT_MESSAGE_CHUNK','messageId':'#','delta':'d'@}",
                    "{'type':'TEXT_MESSAGE_CHUNK','delta':'d'@}",
                    "{'type':'TOOL_CALL_CHUNK','toolCallId':'#','toolCallName':'n','delta':'d'@}",
                    "{'type':'TOOL_CALL_CHUNK','delta':'d'@}",
                    "{'type':'REASONING_MESSAGE_CHUNK','messageId':'#','delta':'d'@}",
                    "{'type':'REASONING_MESSAGE_CHUNK','delta':'d'@}",
                    "{'type':'ACTIVITY_SNAPSHOT','messageId':'#','activityType':'A','content':{}@}",
                    "{'type':'MESSAGES_SNAPSHOT','messages':[]}",
                    "{'type':'STATE_SNAPSHOT','snapshot':{}@}",
                    "{'type':'CUSTOM','name':'n','value':1@}",
                    "{'type':'RAW','event':1@}");

    private static final List<String> OF_SUBAGENTS =
            List.of(
                    "{'type':'SUBAGENT_STARTED','subagentRunId':'s1','name':'n'}",
                    "{'type':'SUBAGENT_STARTED','subagentRunId':'s2','name':'n','parentSubagentRunId':'s1'}",
                    "{'type':'SUBAGENT_FINISHED','subagentRunId':'s1'}",
                    "{'type':'SUBAGENT_ERROR','subagentRunId':'s2','message':'m'}",
                    "{'type':'THINKING_START'}",
                    "{'type':'THINKING_TEXT_MESSAGE_START'}",
                    "{'type':'THINKING_TEXT_MESSAGE_CONTENT','delta':'d'}",
                    "{'type':'THINKING_TEXT_MESSAGE_END'}",
                    "{'type':'THINKING_END'}");

    private AnyEvents() {}

    /** Of an agent that has no subagents. */
    static List<AguiEvent> simple(final SplittableRandom random) {
        return some(random, List.of(""), List.of());
    }

    /** Of an agent and two subagents, each with ids of its own; and of times before AG-UI 1.0. */
    static List<AguiEvent> all(final SplittableRandom random) {
        return some(random, List.of("", "", "s1", "s2"), OF_SUBAGENTS);
    }

    private static List<AguiEvent> some(
            final SplittableRandom random, final List<String> owners, final List<String> more) {
        final List<AguiEvent> events = new ArrayList<>();
        events.add(Samples.event(OF_RUNS.get(0)));
        final List<String> others = new ArrayList<>(OF_AGENTS);
        others.addAll(more);
        // A few kinds at a time: of so many, hardly anything that is begun would be gone on with.
        final List<String> chosen = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            chosen.add(others.get(random.nextInt(others.size())));
        }
        final int first = random.nextInt(3) * 3;
        chosen.addAll(OF_AGENTS.subList(first, first + 3));
        while (events.size() < COUNT) {
            final boolean isOfRun = random.nextInt(10) == 0;
            final List<String> from = isOfRun ? OF_RUNS : chosen;
            final String owner = owners.get(random.nextInt(owners.size()));
            events.add(
                    Samples.event(
                            from.get(random.nextInt(from.size()))
                                    .replace("#", owner + "x" + random.nextInt(2))
                                    .replace(
                                            "@",
                                            owner.isEmpty()
                                                    ? ""
                                                    : ",'subagentRunId':'" + owner + "'")));
        }
        return events;
    }
}

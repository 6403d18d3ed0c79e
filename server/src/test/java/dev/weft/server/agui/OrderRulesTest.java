package dev.weft.server.agui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OrderRulesTest {
    private static final String START = "{'type':'RUN_STARTED','threadId':'t','runId':'r'}";
    private static final String FINISH = "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}";
    private static final String ERROR = "{'type':'RUN_ERROR','message':'m'}";

    private OrderRules rules = new OrderRules(OrderMode.STRICT);

    /** Takes some events, which must be right but for the last; what is wrong with that. */
    private String last(final String... events) {
        for (int i = 0; i < events.length - 1; i++) {
            final OrderRules.Verdict verdict = rules.on(Samples.event(events[i]));
            assertThat(verdict.violation()).as(events[i]).isNull();
            assertThat(verdict.isAccepted()).isTrue();
        }
        final OrderRules.Verdict verdict = rules.on(Samples.event(events[events.length - 1]));
        assertThat(verdict.isAccepted()).isEqualTo(verdict.violation() == null);
        return String.valueOf(verdict.violation());
    }

    private static String text(final String what, final String id) {
        return "{'type':'TEXT_MESSAGE_" + what + "','messageId':'" + id + "','delta':'d'}";
    }

    @Test
    void shouldWantARunFirst() {
        assertThat(last(text("START", "m")))
                .isEqualTo("TEXT_MESSAGE_START: the first event must be RUN_STARTED or RUN_ERROR");
        assertThat(last(ERROR)).isEqualTo("null");
        assertThat(last(FINISH))
                .isEqualTo("RUN_FINISHED: after RUN_ERROR only RUN_STARTED may come");
        assertThat(last(START, START)).isEqualTo("RUN_STARTED: the run before it has not ended");
        assertThat(last(FINISH, text("START", "m")))
                .isEqualTo(
                        "TEXT_MESSAGE_START: after RUN_FINISHED only RUN_STARTED or RUN_ERROR may come");
        assertThat(last(ERROR, ERROR))
                .isEqualTo("RUN_ERROR: after RUN_ERROR only RUN_STARTED may come");
        assertThat(last(START, FINISH, START, FINISH)).isEqualTo("null");
    }

    @Test
    void shouldWantWhatIsGoneOnWithToBeOpen() {
        assertThat(last(START, text("START", "m"), text("START", "m")))
                .isEqualTo("TEXT_MESSAGE_START: the text message \"m\" is open already");
        assertThat(last(text("CONTENT", "m"), text("CONTENT", "x")))
                .isEqualTo("TEXT_MESSAGE_CONTENT: no text message \"x\" is open");
        assertThat(last(text("END", "m"), text("END", "m")))
                .isEqualTo("TEXT_MESSAGE_END: no text message \"m\" is open");
        assertThat(last("{'type':'TOOL_CALL_ARGS','toolCallId':'m','delta':'d'}"))
                .isEqualTo("TOOL_CALL_ARGS: no tool call \"m\" is open");
        assertThat(last("{'type':'STEP_FINISHED','stepName':'s'}"))
                .isEqualTo("STEP_FINISHED: no step \"s\" is open");
        assertThat(last("{'type':'REASONING_END','messageId':'g'}"))
                .isEqualTo("REASONING_END: no reasoning \"g\" is open");
        assertThat(last("{'type':'THINKING_END'}")).isEqualTo("THINKING_END: no thinking is open");
    }

    @Test
    void shouldFinishNoRunInWhichSomethingIsOpen() {
        assertThat(
                        last(
                                START,
                                "{'type':'STEP_STARTED','stepName':'s1'}",
                                "{'type':'STEP_STARTED','stepName':'s2'}",
                                FINISH))
                .isEqualTo("RUN_FINISHED: still open: step \"s1\", step \"s2\"");
        assertThat(last(ERROR, START, FINISH)).isEqualTo("null");
    }

    @Test
    void shouldTakeChunksAsMessages() {
        final String chunk = "{'type':'TEXT_MESSAGE_CHUNK','messageId':'m','delta':'d'}";
        final String next = "{'type':'TEXT_MESSAGE_CHUNK','delta':'d'}";
        assertThat(last(START, next))
                .isEqualTo("TEXT_MESSAGE_CHUNK.messageId: is required in the first chunk");
        assertThat(last(chunk, next, "{'type':'RAW','event':1}", next, FINISH)).isEqualTo("null");
        assertThat(last(START, text("START", "m"), chunk))
                .isEqualTo("TEXT_MESSAGE_CHUNK: the text message \"m\" is open already");
        assertThat(last(text("END", "m"), chunk, text("END", "m")))
                .isEqualTo("TEXT_MESSAGE_END: no text message \"m\" is open");
        assertThat(
                        last(
                                next, // what was refused did not end the message
                                "{'type':'TEXT_MESSAGE_CHUNK','role':'user'}"))
                .isEqualTo(
                        "TEXT_MESSAGE_CHUNK: contradicts the chunk that began the text message \"m\"");
        assertThat(last("{'type':'TOOL_CALL_CHUNK','toolCallId':'c'}"))
                .isEqualTo("TOOL_CALL_CHUNK.toolCallName: is required in the first chunk");
    }

    @Test
    void shouldGiveEachSubagentStepsOfItsOwn() {
        final String step = "{'type':'STEP_STARTED','stepName':'s'}";
        final String ofSubagent = "{'type':'STEP_STARTED','stepName':'s','subagentRunId':'a'}";
        assertThat(last(START, step, ofSubagent, ofSubagent)).contains("is open already");
        final String started = "{'type':'SUBAGENT_STARTED','subagentRunId':'a','name':'n'}";
        assertThat(last(started, "{'type':'SUBAGENT_FINISHED','subagentRunId':'a'}", started))
                .isEqualTo("SUBAGENT_STARTED: the subagent \"a\" has ended in this run");
    }

    @Test
    void shouldTakeWhatIsOutOfOrderWhenItOnlyWarns() {
        rules = new OrderRules(OrderMode.WARN);
        for (final String event :
                new String[] {text("CONTENT", "m"), START, START, FINISH, text("END", "m")}) {
            final OrderRules.Verdict verdict = rules.on(Samples.event(event));
            assertThat(verdict.isAccepted()).isTrue();
            assertThat(verdict.violation() == null).as(event).isEqualTo(event.equals(FINISH));
        }
    }

    @Test
    void shouldSayWhenTooMuchIsOpen() {
        rules.on(Samples.event(START));
        for (int i = 0; i < OrderRules.OPEN_MAX; i++) {
            assertThat(last(text("START", "m" + i))).isEqualTo("null");
        }
        assertThat(last(text("START", "one more")))
                .isEqualTo(
                        "TEXT_MESSAGE_START: more than 1024 messages, tool calls, steps and subagents");
        assertThat(last(text("END", "m7"), text("START", "one more"))).isEqualTo("null");
    }

    @Seeded(300)
    void shouldJudgeLikeTheModel(final long seed) {
        final OrderModel model = new OrderModel();
        int accepted = 0;
        for (final AguiEvent event : AnyEvents.simple(new SplittableRandom(seed))) {
            final OrderRules.Verdict verdict = rules.on(event);
            assertThat(verdict.isAccepted())
                    .as("%s: %s", Samples.json(event.json()), verdict.violation())
                    .isEqualTo(model.on(event));
            accepted += verdict.isAccepted() ? 1 : 0;
        }
        assertThat(accepted).isGreaterThan(1);
    }

    @Test
    void shouldRememberNoMoreThanItMayWhenItOnlyWarns() {
        rules = new OrderRules(OrderMode.WARN);
        rules.on(Samples.event(START));
        for (int i = 0; i <= OrderRules.OPEN_MAX; i++) {
            rules.on(Samples.event(text("START", "m" + i)));
        }
        assertThat(rules.on(Samples.event(text("END", "m" + OrderRules.OPEN_MAX))).violation())
                .endsWith("no text message \"m" + OrderRules.OPEN_MAX + "\" is open");
    }

    @Test
    void shouldNameTheFirstOfVeryManyThatAreOpen() {
        rules.on(Samples.event(START));
        for (int i = 0; i < 20; i++) {
            assertThat(last(text("START", "m" + i))).isEqualTo("null");
        }
        assertThat(last(FINISH))
                .startsWith("RUN_FINISHED: still open: text message \"m0\", ")
                .endsWith(" more")
                .hasSizeLessThan(400);
    }

    @Test
    void shouldTakeASubagentsParentThatHasStartedOrEndedInTheRun() {
        final String child =
                "{'type':'SUBAGENT_STARTED','subagentRunId':'%s','name':'n','parentSubagentRunId':'%s'}";
        assertThat(last(START, child.formatted("b", "a")))
                .isEqualTo(
                        "SUBAGENT_STARTED.parentSubagentRunId: no subagent \"a\" has started in this run");
        assertThat(
                        last(
                                "{'type':'SUBAGENT_STARTED','subagentRunId':'a','name':'n'}",
                                child.formatted("b", "a"),
                                "{'type':'SUBAGENT_FINISHED','subagentRunId':'a'}",
                                child.formatted("c", "a")))
                .isEqualTo("null");
        assertThat(
                        last(
                                "{'type':'SUBAGENT_FINISHED','subagentRunId':'b'}",
                                "{'type':'SUBAGENT_FINISHED','subagentRunId':'c'}",
                                FINISH))
                .as("those that ended hold nothing open")
                .isEqualTo("null");
    }

    private static String chunkOf(final String subagent, final String more) {
        return "{'type':'TEXT_MESSAGE_CHUNK','subagentRunId':'" + subagent + "'," + more + "}";
    }

    @Test
    void shouldBoundHowManySendChunksAtOnce() {
        rules.on(Samples.event(START));
        for (int i = 0; i < ChunkLanes.LANES_MAX; i++) {
            assertThat(last(chunkOf("a" + i, "'messageId':'m" + i + "'"))).isEqualTo("null");
        }
        assertThat(last(chunkOf("one more", "'messageId':'x'")))
                .isEqualTo(
                        "TEXT_MESSAGE_CHUNK: more than "
                                + ChunkLanes.LANES_MAX
                                + " subagents send chunks at once");
        assertThat(last(chunkOf("a7", "'messageId':'of a lane that is there'"))).isEqualTo("null");
    }

    @Test
    void shouldTakeNoChunkThatIsAnothersOrAnybodys() {
        assertThat(last(START, chunkOf("a", "'messageId':'m'"), chunkOf("b", "'messageId':'m'")))
                .isEqualTo(
                        "TEXT_MESSAGE_CHUNK.subagentRunId: another one began the text message \"m\"");
        assertThat(last("{'type':'TEXT_MESSAGE_CHUNK','delta':'d'}"))
                .as("only one it can be")
                .isEqualTo("null");
        assertThat(
                        last(
                                chunkOf("b", "'messageId':'n'"),
                                "{'type':'TEXT_MESSAGE_CHUNK','delta':'d'}"))
                .isEqualTo(
                        "TEXT_MESSAGE_CHUNK: has neither messageId nor subagentRunId, but several subagents have an open text message");
        final String begun =
                "{'type':'TOOL_CALL_CHUNK','toolCallId':'c','toolCallName':'n','parentMessageId':'p'}";
        assertThat(last(begun, "{'type':'TOOL_CALL_CHUNK','toolCallId':'c','parentMessageId':'q'}"))
                .isEqualTo("TOOL_CALL_CHUNK: contradicts the chunk that began the tool call \"c\"");
    }
}

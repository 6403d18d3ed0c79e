package dev.weft.server.agui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a session said, in its three forms. */
class OutputTest {
    private static final String SNAPSHOT = "{'type':'MESSAGES_SNAPSHOT','messages':%s}";

    private static String answer(final OutputFormat format, final String... events) {
        final SessionOutput output = format.output("s-1");
        for (final String event : events) {
            output.on(Samples.stored("r1", event));
        }
        return Samples.json(output.finish());
    }

    private static String messages(final String... events) {
        final String answer = answer(OutputFormat.TRANSCRIPT, events);
        final String head = "{'session_id':'s-1','format':'transcript','messages':";
        assertThat(answer).startsWith(head);
        return answer.substring(head.length(), answer.length() - 1);
    }

    private static List<String> compact(final String... events) {
        final JsonNode answer =
                Samples.tree(answer(OutputFormat.COMPACT, events).replace('\'', '"'));
        assertThat(AguiJson.text(answer, "format")).isEqualTo("compact");
        return answer.get("events")
                .valueStream()
                .map(event -> event.toString().replace('"', '\''))
                .toList();
    }

    @Test
    void shouldReadTheNamesOfFormats() {
        assertThat(OutputFormat.parse("compact")).isEqualTo(OutputFormat.COMPACT);
        assertThatThrownBy(() -> OutputFormat.parse("xml"))
                .hasMessage("Invalid format \"xml\", must be one of: transcript, compact, events");
    }

    @Test
    void shouldShowEventsAsStored() {
        assertThat(
                        answer(
                                OutputFormat.EVENTS,
                                "{'type':'STEP_STARTED', 'stepName':'a','x':1.50}",
                                "{'messages':[]}",
                                "{'type':'session.running'}",
                                "{'type':'STEP_FINISHED','stepName':'a'}"))
                .isEqualTo(
                        "{'session_id':'s-1','format':'events','events':[{'type':'STEP_STARTED', 'stepName':'a','x':1.50},{'type':'STEP_FINISHED','stepName':'a'}]}");
        assertThat(answer(OutputFormat.EVENTS))
                .isEqualTo("{'session_id':'s-1','format':'events','events':[]}");
    }

    @Test
    void shouldMergeElevenEventsIntoEight() {
        assertThat(
                        compact(
                                "{'type':'RUN_STARTED','threadId':'t','runId':'r'}",
                                "{'type':'TEXT_MESSAGE_START','messageId':'m1','role':'assistant'}",
                                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'Hel','timestamp':1,'x':1.50}",
                                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'lo','timestamp':2}",
                                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'!','timestamp':3}",
                                "{'type':'TEXT_MESSAGE_END','messageId':'m1'}",
                                "{'type':'TOOL_CALL_START','toolCallId':'c1','toolCallName':'search'}",
                                "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'{'}",
                                "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'}'}",
                                "{'type':'TOOL_CALL_END','toolCallId':'c1'}",
                                "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}"))
                .containsExactly(
                        "{'type':'RUN_STARTED','threadId':'t','runId':'r'}",
                        "{'type':'TEXT_MESSAGE_START','messageId':'m1','role':'assistant'}",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'Hello!','timestamp':1,'x':1.50}",
                        "{'type':'TEXT_MESSAGE_END','messageId':'m1'}",
                        "{'type':'TOOL_CALL_START','toolCallId':'c1','toolCallName':'search'}",
                        "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'{}'}",
                        "{'type':'TOOL_CALL_END','toolCallId':'c1'}",
                        "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}");
    }

    @Test
    void shouldMergeNothingThatIsNotAdjacent() {
        final String first = "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'a'}";
        final String other = "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m2','delta':'b'}";
        final String raw = "{'type':'RAW','event':1}";
        assertThat(compact(first, other, first)).containsExactly(first, other, first);
        assertThat(compact(first, raw, first)).containsExactly(first, raw, first);
    }

    @Test
    void shouldBeginAnotherDeltaBeyondAMillionCharacters() {
        final String part =
                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'"
                        + "x".repeat(400_000)
                        + "'}";
        assertThat(compact(part, part, part, part, part))
                .hasSize(3)
                .allMatch(event -> event.length() < 1_000_000);
    }

    @Test
    void shouldRefuseAnAnswerThatIsTooLong() {
        final SessionOutput output = OutputFormat.EVENTS.output("s-1");
        final StoredEvent event =
                Samples.stored("r1", "{'type':'RAW','event':'" + "x".repeat(900_000) + "'}");
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 19; i++) {
                                output.on(event);
                            }
                        })
                .isInstanceOf(AguiException.class)
                .hasMessageContaining("ask for one run with run_id");
    }

    @Test
    void shouldShowTheMessagesOfTheLastSnapshot() {
        assertThat(
                        messages(
                                "{'messages':[{'id':'u','role':'user','content':'asked'}]}",
                                SNAPSHOT.formatted("[{'id':'1','role':'user','content':'old'}]"),
                                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'b'}",
                                SNAPSHOT.formatted(
                                        """
                                        [{'id':'1','role':'user','content':'hi','name':'Ada','timestamp':'2026-01-01T00:00:00Z'},
                                        7,
                                        {'id':'','role':'assistant','content':[],'toolCalls':[
                                          {'id':'c1','name':'flat','args':'{}','result':'r','status':'completed','duration':12,'x':1},
                                          {'id':'c2','type':'function','function':{'name':'nested','arguments':'[]'},'duration':0,'result':''}]},
                                        {'id':'3','role':'tool','content':'t','toolCallId':'c1'},
                                        {'content':'nobody','timestamp':5}]""")))
                .isEqualTo(
                        "[{'id':'1','role':'user','content':'hi','name':'Ada','timestamp':'2026-01-01T00:00:00Z'},"
                                + "{'role':'assistant','tool_calls':[{'id':'c1','name':'flat','args':'{}','result':'r','status':'completed','duration':12},"
                                + "{'id':'c2','name':'nested','args':'[]'}]},"
                                + "{'id':'3','role':'tool','content':'t','tool_call_id':'c1'},"
                                + "{'role':'','content':'nobody'}]");
    }

    @Test
    void shouldShowNothingWhenTheLastSnapshotHasNoList() {
        assertThat(
                        messages(
                                SNAPSHOT.formatted("[{'id':'1','role':'user','content':'old'}]"),
                                SNAPSHOT.formatted("{}")))
                .isEqualTo("[]");
        assertThat(messages()).isEqualTo("[]");
    }

    @Test
    void shouldAssembleMessagesWhenThereIsNoSnapshot() {
        final String time = "'timestamp':'2025-11-20T09:33:54.567890Z'";
        assertThat(
                        messages(
                                "{'messages':[{'id':'u1','role':'user','content':'hi'}]}",
                                "{'type':'RUN_STARTED','threadId':'t','runId':'r','input':{'messages':[{'id':'u1','role':'user','content':'hi'}]}}",
                                "{'type':'TEXT_MESSAGE_START','messageId':'m1'}",
                                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'Let me '}",
                                "{'type':'STATE_SNAPSHOT','snapshot':{}}",
                                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'see'}",
                                "{'type':'TEXT_MESSAGE_END','messageId':'m1'}",
                                "{'type':'TOOL_CALL_START','toolCallId':'c1','toolCallName':'search','parentMessageId':'m1'}",
                                "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'{'}",
                                "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'}'}",
                                "{'type':'TOOL_CALL_END','toolCallId':'c1'}",
                                "{'type':'TOOL_CALL_RESULT','messageId':'t1','toolCallId':'c1','content':'found'}",
                                "{'type':'TOOL_CALL_START','toolCallId':'c2','toolCallName':'open'}",
                                "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}"))
                .isEqualTo(
                        "[{'id':'u1','role':'user','content':'hi'},"
                                + "{'id':'m1','role':'assistant','content':'Let me see','tool_calls':[{'id':'c1','name':'search','args':'{}','result':'found','status':'completed'}],"
                                + time
                                + "},{'id':'t1','role':'tool','content':'found','tool_call_id':'c1',"
                                + time
                                + "},{'id':'c2','role':'assistant','tool_calls':[{'id':'c2','name':'open'}],"
                                + time
                                + "}]");
    }

    @Test
    void shouldAssembleChunksAndThoughts() {
        assertThat(
                        messages(
                                        "{'type':'RUN_STARTED','threadId':'t','runId':'r'}",
                                        "{'type':'REASONING_MESSAGE_CHUNK','messageId':'g','delta':'Hm'}",
                                        "{'type':'REASONING_MESSAGE_CHUNK','delta':'m'}",
                                        "{'type':'TEXT_MESSAGE_CHUNK','messageId':'m','role':'user','delta':'a'}",
                                        "{'type':'TEXT_MESSAGE_CHUNK','delta':'b'}",
                                        "{'type':'TOOL_CALL_CHUNK','toolCallId':'c','toolCallName':'n','delta':'{'}",
                                        "{'type':'TOOL_CALL_CHUNK','delta':'}'}",
                                        "{'type':'THINKING_TEXT_MESSAGE_START'}",
                                        "{'type':'THINKING_TEXT_MESSAGE_CONTENT','delta':'so'}")
                                .replaceAll(",'timestamp':'[^']*'", ""))
                .isEqualTo(
                        "[{'id':'g','role':'reasoning','content':'Hmm'},"
                                + "{'id':'m','role':'user','content':'ab'},"
                                + "{'id':'c','role':'assistant','tool_calls':[{'id':'c','name':'n','args':'{}'}]},"
                                + "{'role':'reasoning','content':'so'}]");
    }

    @Test
    void shouldKeepMessagesOfTwoRunsApartThatHaveTheSameId() {
        final String[] run = {
            "{'type':'RUN_STARTED','threadId':'t','runId':'r'}",
            "{'type':'TEXT_MESSAGE_START','messageId':'m1'}",
            "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'a'}",
            "{'type':'TEXT_MESSAGE_END','messageId':'m1'}",
            "{'type':'RUN_FINISHED','threadId':'t','runId':'r'}"
        };
        assertThat(
                        messages(
                                        java.util.stream.Stream.of(run, run)
                                                .flatMap(java.util.Arrays::stream)
                                                .toArray(String[]::new))
                                .replaceAll(",'timestamp':'[^']*'", ""))
                .isEqualTo(
                        "[{'id':'m1','role':'assistant','content':'a'},{'id':'m1','role':'assistant','content':'a'}]");
    }

    @Test
    void shouldSayThatATranscriptIsTooLongButTakeALaterSnapshot() {
        final SessionOutput output = OutputFormat.TRANSCRIPT.output("s-1");
        final StoredEvent event =
                Samples.stored(
                        "r1",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'"
                                + "x".repeat(900_000)
                                + "'}");
        for (int i = 0; i < 20; i++) {
            output.on(event);
        }
        assertThatThrownBy(output::finish).hasMessageContaining("ask for one run with run_id");
        output.on(Samples.stored("r1", SNAPSHOT.formatted("[]")));
        assertThat(Samples.json(output.finish())).endsWith("'messages':[]}");
    }

    @Test
    void shouldPassOverWhatIsNoEventOfAgui() {
        final StoredEvent broken =
                new StoredEvent("TEXT_MESSAGE_CONTENT", null, 1, new byte[] {'7'});
        final StoredEvent empty = new StoredEvent("TOOL_CALL_START", null, 1, new byte[0]);
        for (final OutputFormat format : OutputFormat.values()) {
            final SessionOutput output = format.output("s-1");
            output.on(broken);
            output.on(empty);
            assertThat(Samples.json(output.finish())).contains("'session_id':'s-1'");
        }
    }

    @Test
    void shouldSayThatATranscriptOfTooManyMessagesIsTooLong() {
        final SessionOutput output = OutputFormat.TRANSCRIPT.output("s-1");
        for (int i = 0; i < Assembly.MESSAGES_MAX; i++) {
            output.on(
                    Samples.stored("r1", "{'type':'TEXT_MESSAGE_START','messageId':'m" + i + "'}"));
        }
        assertThat(Samples.json(output.finish())).contains("'m" + (Assembly.MESSAGES_MAX - 1));
        output.on(Samples.stored("r1", "{'type':'TEXT_MESSAGE_START','messageId':'one more'}"));
        assertThatThrownBy(output::finish).hasMessageContaining("ask for one run with run_id");
    }

    /** Whatever of an event is kept counts, not its text alone. */
    @Test
    void shouldKeepNoMoreThanAnAnswerCanHave() {
        final String text = "x".repeat(900_000);
        for (final String event :
                List.of(
                        "{'type':'TOOL_CALL_START','toolCallId':'c%d','parentMessageId':'m','toolCallName':'"
                                + text
                                + "'}",
                        "{'type':'TEXT_MESSAGE_START','messageId':'m%d','name':'" + text + "'}",
                        "{'messages':[{'id':'u%d','role':'user','content':'" + text + "'}]}")) {
            final Assembly assembly = new Assembly();
            for (int i = 0; i < 20; i++) {
                assembly.on(Samples.stored("r1", event.formatted(i)));
            }
            assertThatThrownBy(assembly::messages)
                    .hasMessageContaining("ask for one run with run_id");
        }
        final Assembly ofEmptyCalls = new Assembly();
        for (int i = 0; i < 300_000; i++) {
            ofEmptyCalls.on(
                    new StoredEvent(
                            "TOOL_CALL_START",
                            "r1",
                            1,
                            ("{\"toolCallId\":\"" + i + "\",\"parentMessageId\":\"m\"}")
                                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        assertThatThrownBy(ofEmptyCalls::messages)
                .hasMessageContaining("ask for one run with run_id");
    }

    @Test
    void shouldAssembleWhatLacksAMember() {
        assertThat(
                        messages(
                                        "{'messages':7}",
                                        "{'messages':[{'role':'user','content':'nameless'},{'role':'user','content':'nameless'}]}",
                                        "{'type':'RUN_STARTED','threadId':'t','runId':'r','input':{}}",
                                        "{'type':'TEXT_MESSAGE_START'}",
                                        "{'type':'TEXT_MESSAGE_CONTENT','delta':'lost'}",
                                        "{'type':'TEXT_MESSAGE_CHUNK','delta':'lost'}",
                                        "{'type':'TOOL_CALL_START','toolCallName':'lost'}",
                                        "{'type':'TOOL_CALL_ARGS','delta':'lost'}",
                                        "{'type':'TOOL_CALL_RESULT','content':'of nobody'}",
                                        "{'type':'THINKING_TEXT_MESSAGE_CONTENT','delta':'so'}",
                                        "{'type':'REASONING_MESSAGE_START','messageId':'g'}",
                                        "{'type':'REASONING_MESSAGE_CONTENT','messageId':'g','delta':'hm'}")
                                .replaceAll(",'timestamp':'[^']*'", ""))
                .isEqualTo(
                        "[{'role':'user','content':'nameless'},{'role':'user','content':'nameless'},"
                                + "{'role':'tool','content':'of nobody'},"
                                + "{'role':'reasoning','content':'so'},"
                                + "{'id':'g','role':'reasoning','content':'hm'}]");
    }

    @Test
    void shouldMergeNothingThatLacksAMember() {
        final String whole = "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'a'}";
        final String noDelta = "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1'}";
        final String noId = "{'type':'TEXT_MESSAGE_CONTENT','delta':'a'}";
        assertThat(compact(whole, noDelta, whole, noId, whole))
                .containsExactly(whole, noDelta, whole, noId, whole);
    }

    @Test
    void shouldShowOfASnapshotWhatCanBeShown() {
        assertThat(
                        messages(
                                SNAPSHOT.formatted(
                                        "[{'role':'assistant','toolCalls':7},{'role':'assistant','toolCalls':[7]},"
                                                + "{'role':'assistant','toolCalls':[{'id':'c','duration':'long'}]}]")))
                .isEqualTo(
                        "[{'role':'assistant'},{'role':'assistant'},{'role':'assistant','tool_calls':[{'id':'c'}]}]");
    }
}

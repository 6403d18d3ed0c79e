package dev.weft.server.agui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunInputTest {
    private int made;

    private String nextId() {
        made++;
        return "id-" + made;
    }

    private static byte[] body(final String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }

    private String run(final String json) {
        try {
            return Samples.json(RunInput.ofRun(body(json), "s-1", this::nextId).json());
        } catch (final AguiException ex) {
            return ex.detail();
        }
    }

    private String message(final String json) {
        try {
            return Samples.json(RunInput.ofMessage(body(json), "s-1", this::nextId).json());
        } catch (final AguiException ex) {
            return ex.detail();
        }
    }

    @Test
    void shouldMakeARunOfAMessage() {
        final RunInput input = RunInput.ofMessage(body("{'content':'hi'}"), "s-1", this::nextId);
        assertThat(input.threadId()).isEqualTo("s-1");
        assertThat(input.runId()).isEqualTo("id-1");
        assertThat(Samples.json(input.json()))
                .isEqualTo(
                        "{'threadId':'s-1','runId':'id-1','messages':[{'id':'id-2','role':'user','content':'hi'}],'tools':[],'context':[],'forwardedProps':{}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {} | content: is required
                    {'content':null} | content: is required
                    {'content':''} | content: must be a string that is not empty
                    {'content':['a']} | content: must be a string that is not empty
                    {'content':'a','rle':'user'} | "rle": is no member of this request
                    [] | Invalid request body: must be one JSON object
                    {'content' | Invalid request body: malformed JSON
                    """)
    void shouldRefuseAMessage(final String json, final String refusal) {
        assertThat(message(json)).startsWith(refusal);
    }

    @Test
    void shouldFillInWhatARunLacks() {
        assertThat(
                        run(
                                "{'messages':[{'role':'system','content':'s'},{'id':'m7','role':'user','content':[{'type':'text','text':'t'}]}]}"))
                .isEqualTo(
                        "{'threadId':'s-1','runId':'id-1','messages':[{'role':'system','content':'s','id':'id-2'},{'id':'m7','role':'user','content':[{'type':'text','text':'t'}]}],'tools':[],'context':[],'forwardedProps':{}}");
    }

    @Test
    void shouldTakeNullForAbsent() {
        assertThat(
                        run(
                                "{'run_id':null,'thread_id':null,'parent_run_id':null,'forwarded_props':null,'messages':[{'role':'user','content':'a'}]}"))
                .isEqualTo(
                        "{'threadId':'s-1','runId':'id-1','messages':[{'role':'user','content':'a','id':'id-2'}],'tools':[],'context':[],'forwardedProps':{}}");
    }

    @Test
    void shouldWriteMembersAsAguiHasThem() {
        assertThat(
                        run(
                                "{'run_id':'123e4567-e89b-12d3-a456-426614174000','thread_id':'t','parent_run_id':'p','forwarded_props':{'a':1.50},'messages':["
                                        + "{'id':'1','role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'name':'n','arguments':'{}'}}]},"
                                        + "{'id':'2','role':'tool','content':'r','tool_call_id':'c'}]}"))
                .contains(
                        "{'threadId':'t','runId':'123e4567-e89b-12d3-a456-426614174000','messages':[",
                        "{'id':'1','role':'assistant','toolCalls':[{'id':'c',",
                        "{'id':'2','role':'tool','content':'r','toolCallId':'c'}",
                        "'parentRunId':'p'",
                        "'forwardedProps':{'a':1.50}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {} | messages: is required
                    {'messages':[]} | messages: must be an array of at least one message
                    {'messages':{}} | messages: must be an array of at least one message
                    {'messages':null} | messages: is required
                    {'messages':[{'role':5,'content':'a'}]} | messages[0].role: must be one of
                    {'messages':[{'role':'assistant'}]} | messages[0].content: is required, and not empty
                    {'thread_id':5,'messages':[{'role':'user','content':'a'}]} | thread_id: must be a string of 1 to 128 characters
                    {'messages':['a']} | messages[0]: must be an object
                    {'messages':[{'content':'a'}]} | messages[0].role: is required
                    {'messages':[{'role':'robot','content':'a'}]} | messages[0].role: must be one of user, assistant, system, developer, tool
                    {'messages':[{'role':'user','content':'a'},{'role':'user'}]} | messages[1].content: is required, and not empty
                    {'messages':[{'role':'user','content':''}]} | messages[0].content: is required, and not empty
                    {'messages':[{'role':'user','content':5}]} | messages[0].content: must be a string or an array of parts
                    {'messages':[{'role':'tool','content':'a'}]} | messages[0].toolCallId: is required
                    {'messages':[{'role':'user','content':'a','id':5}]} | messages[0].id: must be a string
                    {'run_id':'r1','messages':[{'role':'user','content':'a'}]} | Invalid run_id format, must be a valid UUID
                    {'run_id':5,'messages':[{'role':'user','content':'a'}]} | Invalid run_id format, must be a valid UUID
                    {'thread_id':'','messages':[{'role':'user','content':'a'}]} | thread_id: must be a string of 1 to 128 characters
                    {'runId':'r1','messages':[]} | "runId": is no member of this request
                    {'tools':[{'name':'n'}],'messages':[{'role':'user','content':'a'}]} | tools[0].description: is required
                    {'messages' | Invalid request body: malformed JSON
                    """)
    void shouldRefuseARun(final String json, final String refusal) {
        assertThat(run(json)).startsWith(refusal);
    }

    @Test
    void shouldTakeWhatClientsOfAguiSend() {
        final RunInput input =
                RunInput.ofAgent(
                        body(
                                "{'threadId':'t','runId':'my run','state':{},'messages':[{'id':'1','role':'reasoning','content':'r'}],'tools':[],'context':[],'forwardedProps':{},'x':1}"),
                        "t",
                        () -> "other");
        assertThat(input.runId()).isEqualTo("my run");
        assertThat(Samples.json(input.json())).endsWith("'forwardedProps':{},'x':1}");
    }

    private String agent(final String json) {
        try {
            return Samples.json(RunInput.ofAgent(body(json), "s-1", this::nextId).json());
        } catch (final AguiException ex) {
            return ex.detail();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'messages':[]} | {'messages':[],'threadId':'s-1','runId':'id-1','tools':[],'context':[],'forwardedProps':{}}
                    {'threadId':null,'runId':null,'messages':[]} | {'threadId':'s-1','runId':'id-1','messages':[],'tools':[],'context':[],'forwardedProps':{}}
                    {'threadId':'S-1','runId':'r','messages':[]} | {'threadId':'S-1','runId':'r','messages':[],'tools':[],'context':[],'forwardedProps':{}}
                    {'threadId':'s-2','runId':'r','messages':[]} | threadId: must be the id of the session, s-1, or absent: it is "s-2"
                    {'threadId':5,'messages':[]} | threadId: must be a string
                    {'runId':'','messages':[]} | runId: must be a string of 1 to 128 characters
                    {'runId':'LONG','messages':[]} | runId: must be a string of 1 to 128 characters
                    {'messages':[{'id':'1','role':7,'content':'a'}]} | messages[0].role
                    {'runId':'r'} | messages: is required
                    {'messages':[{'role':'user','content':'a'}]} | messages[0].id: is required
                    {'messages':[{'id':'1','role':'robot'}]} | messages[0].role
                    {'messages':[],'tools':[{'name':'n'}]} | tools[0].description: is required
                    [] | Invalid request body: must be one JSON object
                    {'messages' | Invalid request body: malformed JSON
                    """)
    void shouldReadTheInputOfAnAgentForOneThread(final String json, final String expected) {
        assertThat(agent(json.replace("LONG", "x".repeat(129)))).startsWith(expected);
    }

    @Test
    void shouldRefuseAnInputThatBecomesTooLong() {
        assertThat(message("{'content':'" + "x".repeat(AguiEvent.LENGTH_MAX) + "'}"))
                .contains("bytes, more than " + AguiEvent.LENGTH_MAX);
    }

    @Test
    void shouldTakeSoManyMessagesAndNoMore() {
        final String one = "{'id':'m','role':'user','content':'a'}";
        final String most = (one + ",").repeat(RunInput.MESSAGES_MAX - 1) + one;
        assertThat(run("{'messages':[" + most + "]}")).startsWith("{'threadId':'s-1'");
        assertThat(run("{'messages':[" + most + "," + one + "]}"))
                .isEqualTo("messages: must be at most " + RunInput.MESSAGES_MAX);
    }
}

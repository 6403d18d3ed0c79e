package dev.weft.server.agui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

class AguiEventTest {
    private static AguiEvent parse(final ObjectNode tree) {
        return AguiEvent.parse(AguiJson.MAPPER.writeValueAsBytes(tree));
    }

    private static String refusal(final String json) {
        try {
            Samples.event(json);
            return "accepted";
        } catch (final AguiException ex) {
            return ex.detail();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAcceptEachTypeWithAllAndWithFewestMembers(final AguiType type) {
        assertThat(parse(Samples.of(type)).type()).isEqualTo(type);
        assertThat(parse(Samples.smallest(type)).type()).isEqualTo(type);
    }

    @Test
    void shouldAskForTheMembersThatTheProtocolAsksFor() {
        final String asked =
                Stream.of(AguiType.values())
                        .map(
                                type ->
                                        type
                                                + Arrays.stream(type.shape().members())
                                                        .filter(Member::isRequired)
                                                        .map(member -> " " + member.name())
                                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining("\n", "", "\n"));
        assertThat(asked)
                .isEqualTo(
                        """
                        TEXT_MESSAGE_START messageId
                        TEXT_MESSAGE_CONTENT messageId delta
                        TEXT_MESSAGE_END messageId
                        TEXT_MESSAGE_CHUNK
                        TOOL_CALL_START toolCallId toolCallName
                        TOOL_CALL_ARGS toolCallId delta
                        TOOL_CALL_END toolCallId
                        TOOL_CALL_CHUNK
                        TOOL_CALL_RESULT messageId toolCallId content
                        STATE_SNAPSHOT snapshot
                        STATE_DELTA delta
                        MESSAGES_SNAPSHOT messages
                        ACTIVITY_SNAPSHOT messageId activityType content
                        ACTIVITY_DELTA messageId activityType patch
                        RAW event
                        CUSTOM name value
                        RUN_STARTED threadId runId
                        RUN_FINISHED threadId runId
                        RUN_ERROR message
                        STEP_STARTED stepName
                        STEP_FINISHED stepName
                        REASONING_START messageId
                        REASONING_MESSAGE_START messageId role
                        REASONING_MESSAGE_CONTENT messageId delta
                        REASONING_MESSAGE_END messageId
                        REASONING_MESSAGE_CHUNK
                        REASONING_END messageId
                        REASONING_ENCRYPTED_VALUE subtype entityId encryptedValue
                        SUBAGENT_STARTED subagentRunId name
                        SUBAGENT_FINISHED subagentRunId
                        SUBAGENT_ERROR subagentRunId message
                        THINKING_START
                        THINKING_END
                        THINKING_TEXT_MESSAGE_START
                        THINKING_TEXT_MESSAGE_CONTENT delta
                        THINKING_TEXT_MESSAGE_END
                        """);
    }

    private static Stream<Arguments> requiredMembers() {
        return Stream.of(AguiType.values())
                .flatMap(
                        type ->
                                Arrays.stream(type.shape().members())
                                        .filter(Member::isRequired)
                                        .map(member -> Arguments.of(type, member.name())));
    }

    @ParameterizedTest(name = "{0}.{1}")
    @MethodSource("requiredMembers")
    void shouldNameTheMemberThatIsMissing(final AguiType type, final String member) {
        final ObjectNode tree = Samples.of(type);
        tree.remove(member);
        assertThatThrownBy(() -> parse(tree))
                .isInstanceOf(AguiException.class)
                .hasMessage(type + "." + member + ": is required");
    }

    private static Stream<Arguments> members() {
        return Stream.of(AguiType.values())
                .flatMap(
                        type ->
                                Arrays.stream(type.shape().members())
                                        .filter(member -> member.rule() != Rules.ANY)
                                        .map(member -> Arguments.of(type, member.name())));
    }

    @ParameterizedTest(name = "{0}.{1}")
    @MethodSource("members")
    void shouldNameTheMemberThatIsOfAnotherType(final AguiType type, final String member) {
        final ObjectNode tree = Samples.of(type);
        tree.put(member, 0.5);
        assertThatThrownBy(() -> parse(tree))
                .isInstanceOf(AguiException.class)
                .hasMessageStartingWith(type + "." + member)
                .hasMessageContaining(": must be");
    }

    private static Stream<Arguments> optionalMembers() {
        return Stream.of(AguiType.values())
                .flatMap(
                        type ->
                                Arrays.stream(type.shape().members())
                                        .filter(member -> !member.isRequired())
                                        .map(member -> Arguments.of(type, member)));
    }

    @ParameterizedTest(name = "{0}.{1}")
    @MethodSource("optionalMembers")
    void shouldRefuseNullWhereClientsDo(final AguiType type, final Member member) {
        final ObjectNode tree = Samples.of(type);
        tree.putNull(member.name());
        if (member.isNullable()) {
            assertThat(parse(tree).type()).isEqualTo(type);
        } else {
            assertThatThrownBy(() -> parse(tree))
                    .hasMessage(
                            type + "." + member.name() + ": may be left out, but must not be null");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'messageId':'m'} | type: is required
                    {'type':7} | type: must be a type of AG-UI such as TEXT_MESSAGE_START
                    {'type':'META'} | type: must be a type of AG-UI such as TEXT_MESSAGE_START, not "META"
                    {'type':'RUN_ERROR','message':'m','metadata':null} | RUN_ERROR.metadata: may be left out, but must not be null
                    {'type':'RUN_ERROR','message':'m','timestamp':1.5} | RUN_ERROR.timestamp: must be a whole number of milliseconds
                    {'type':'RUN_ERROR','message':'m','timestamp':1e999999999} | RUN_ERROR.timestamp: must be a whole number of milliseconds
                    {'type':'RUN_ERROR','message':'m','timestamp':'1'} | RUN_ERROR.timestamp: must be a whole number of milliseconds
                    {'type':'RUN_ERROR','message':'m','usage':[{},{'inputTokens':-1}]} | RUN_ERROR.usage[1].inputTokens: must be a whole number, 0 or more
                    {'type':'TEXT_MESSAGE_START','messageId':'m','role':'tool'} | TEXT_MESSAGE_START.role: must be one of developer, system, assistant, user
                    {'type':'REASONING_MESSAGE_START','messageId':'m','role':'assistant'} | REASONING_MESSAGE_START.role: must be reasoning
                    {'type':'RUN_STARTED','threadId':'t','runId':''} | RUN_STARTED.runId: must be a string of 1 to 128 characters
                    {'type':'RUN_FINISHED','threadId':'t','runId':'r','outcome':{'type':'maybe'}} | RUN_FINISHED.outcome.type: must be one of cancelled, interrupt, success
                    {'type':'RUN_FINISHED','threadId':'t','runId':'r','outcome':{'type':'interrupt','interrupts':[]}} | RUN_FINISHED.outcome.interrupts: must have at least 1 item
                    {'type':'RUN_FINISHED','threadId':'t','runId':'r','outcome':{'type':'interrupt','interrupts':[{'id':'i'}]}} | RUN_FINISHED.outcome.interrupts[0].reason: is required
                    {'type':'STATE_DELTA','delta':[{'op':'add','path':'a','value':1}]} | STATE_DELTA.delta[0].path: must be a JSON Pointer such as /a/0
                    {'type':'STATE_DELTA','delta':[{'op':'add','path':'/a'}]} | STATE_DELTA.delta[0].value: is required
                    {'type':'STATE_DELTA','delta':[{'op':'put','path':'/a'}]} | STATE_DELTA.delta[0].op: must be one of add, copy, move, remove, replace, test
                    {'type':'STATE_DELTA','delta':{}} | STATE_DELTA.delta: must be an array
                    {'type':'MESSAGES_SNAPSHOT','messages':[{'id':'1','role':'user','content':'c'},{'id':'2','content':'c'}]} | MESSAGES_SNAPSHOT.messages[1].role: is required
                    {'type':'MESSAGES_SNAPSHOT','messages':[{'id':'1','role':'assistant','toolCalls':[{'id':'c','type':'function','function':{'name':'n','arguments':{}}}]}]} | MESSAGES_SNAPSHOT.messages[0].toolCalls[0].function.arguments: must be a string
                    {'type':'MESSAGES_SNAPSHOT','messages':[5]} | MESSAGES_SNAPSHOT.messages[0]: must be an object
                    {'type':'TOOL_CALL_RESULT','messageId':'m','toolCallId':'c','content':{}} | TOOL_CALL_RESULT.content: must be a string or an array of parts
                    {'type':'TEXT_MESSAGE_END','messageId':'m','runId':''} | TEXT_MESSAGE_END.runId: must be a string of 1 to 128 characters
                    {'type':'CUSTOM','name':'n','value':1,'value':2} | malformed JSON
                    {'type':'CUSTOM','name':'n','value':1}} | malformed JSON
                    {'type':'CUSTOM','name':'n','value':1 | malformed JSON
                    [] | must be one JSON object
                    7 | must be one JSON object
                    """)
    void shouldSayWhatIsWrong(final String json, final String refusal) {
        assertThat(refusal(json)).startsWith(refusal);
    }

    @Test
    void shouldRefuseWhatIsNoJson() {
        assertThat(refusal("")).isEqualTo("must be one JSON object");
        assertThat(refusal("Traceback (most recent call last):")).startsWith("malformed JSON");
        assertThatThrownBy(() -> AguiEvent.parse(new byte[] {'{', '"', (byte) 0xff, '"', ':'}))
                .isInstanceOf(AguiException.class);
    }

    @Test
    void shouldRefuseWhatIsNestedTooDeep() {
        final String fits =
                "{'type':'CUSTOM','name':'n','value':" + "[".repeat(62) + "]".repeat(62) + "}";
        assertThat(refusal(fits)).isEqualTo("accepted");
        assertThat(refusal(fits.replace("[]", "[[]]"))).startsWith("JSON nested deeper than 63");
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        final String fits =
                "{'type':'CUSTOM','name':'n','value':'"
                        + "x".repeat(AguiEvent.LENGTH_MAX - 39)
                        + "'}";
        assertThat(fits).hasSize(AguiEvent.LENGTH_MAX);
        assertThat(refusal(fits)).isEqualTo("accepted");
        assertThat(refusal(fits + " ")).contains("more than " + AguiEvent.LENGTH_MAX);
        assertThat(
                        refusal(
                                "{'type':'STEP_STARTED','stepName':'"
                                        + "x".repeat(Rules.NAME_LENGTH_MAX + 1)
                                        + "'}"))
                .isEqualTo("STEP_STARTED.stepName: must be a string of at most 1024 characters");
    }

    @Test
    void shouldKeepWhatItDoesNotKnowByteForByte() {
        final String json =
                " { \"type\" : \"RUN_ERROR\", \"message\":\"m\", \"more\" : [ 1.500, 1E+2 ], \"a\": null } ";
        assertThat(AguiEvent.parse(json.getBytes(UTF_8)).json()).isEqualTo(json.getBytes(UTF_8));
    }

    @Test
    void shouldAddIdsOnlyWhereThereAreNone() {
        final AguiEvent bare =
                AguiEvent.parse(
                        "{\"type\":\"RUN_STARTED\",\"x\":1.50} ".getBytes(UTF_8), "t\"1", "r1");
        assertThat(new String(bare.json(), UTF_8))
                .isEqualTo(
                        "{\"type\":\"RUN_STARTED\",\"x\":1.50,\"threadId\":\"t\\\"1\",\"runId\":\"r1\"}");
        assertThat(bare.runId()).isEqualTo("r1");
        final byte[] full =
                "{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\"}".getBytes(UTF_8);
        assertThat(AguiEvent.parse(full, "t1", "r1").json()).isEqualTo(full);
        assertThat(AguiEvent.parse(full, "t1", "r1").runId()).isEqualTo("r");
    }
}

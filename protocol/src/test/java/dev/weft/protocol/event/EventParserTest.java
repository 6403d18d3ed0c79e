package dev.weft.protocol.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventParserTest {
    private static final String ID = "\"id\":\"a\",\"ts\":0000000000000000,";
    private static final String HEAD = ID + "\"type\":\"t\",\"category\":\"system\"";

    @Test
    void shouldWriteMembersInTheOrderOfTheBodyWhateverTheirOrder() {
        assertThat(
                        Parsing.body(
                                "{\"data\":1,\"message\":\"m\",\"source\":{\"metadata\":{\"k\":\"v\"},\"event\":\"e\","
                                        + "\"kind\":\"cdp\"},\"occurred_at\":17,\"step_id\":\"st\",\"run_id\":\"ru\","
                                        + "\"causation_id\":\"ca\",\"correlation_id\":\"co\",\"subject\":\"job/7f3a\","
                                        + "\"category\":\"job\",\"type\":\"step.started\",\"id\":\"a\"}"))
                .isEqualTo(
                        ID
                                + "\"type\":\"step.started\",\"category\":\"job\",\"subject\":\"job/7f3a\","
                                + "\"correlation_id\":\"co\",\"causation_id\":\"ca\",\"run_id\":\"ru\","
                                + "\"step_id\":\"st\",\"occurred_at\":17,\"source\":{\"kind\":\"cdp\",\"event\":\"e\","
                                + "\"metadata\":{\"k\":\"v\"}},\"message\":\"m\",\"data\":1");
    }

    @Test
    void shouldMakeAnIdWhenTheCallerGivesNone() {
        assertThat(Parsing.body("{\"type\":\"t\"}"))
                .matches(
                        "\"id\":\"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\","
                                + "\"ts\":0000000000000000,\"type\":\"t\",\"category\":\"system\"");
    }

    @Test
    void shouldKeepTheGoldenBytesOfAPreparedRecord() {
        final String event =
                "{\"type\":\"a.b\",\"id\":\"i\\\"1\",\"category\":\"custom\",\"subject\":\"host/w\",\"data\":{\"n\": 1}}";
        final byte[] record =
                Parsing.record(Parsing.callers(), event.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(record, 0, 64))
                .isEqualTo(
                        "00000000" // frameOffset, open
                                + "00000000" // frameLength, open
                                + "0000000000000000" // timestamp, open
                                + "5d000000" // dataOffset
                                + "07000000" // dataLength
                                + "0000" // bodyOffset, open
                                + "0100" // flags: the id is the caller's
                                + "06000400" // id
                                + "2a000300" // type
                                + "3b000600" // category
                                + "4e000600" // subject
                                + "00000000000000000000000000000000" // correlation, causation, run,
                                // step
                                + "00000000"); // reserved
        assertThat(new String(record, 64, record.length - 64, StandardCharsets.UTF_8))
                .isEqualTo(
                        "\"id\":\"i\\\"1\",\"ts\":0000000000000000,\"type\":\"a.b\",\"category\":\"custom\","
                                + "\"subject\":\"host/w\",\"data\":{\"n\":1}");
    }

    @Test
    void shouldLeaveNoFlagWhenTheIdIsTheServers() {
        final byte[] record =
                Parsing.record(
                        Parsing.callers(), "{\"type\":\"t\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getShort(26)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    null                              | null
                    {}                                | {}
                    []                                | []
                    { "b" : [ 1 , 2.50 , "x y" ] }    | {"b":[1,2.50,"x y"]}
                    {"b":1,"b":2}                     | {"b":1,"b":2}
                    "\\u00e9\\/\\ud83d\\ude00 é"      | "\\u00e9\\/\\ud83d\\ude00 é"
                    -0.0e-0                           | -0.0e-0
                    1.7976931348623157e308            | 1.7976931348623157e308
                    [[true,false],[ ],{ }]            | [[true,false],[],{}]
                    {"q\\" ":"\\\\ " , "z":" "}       | {"q\\" ":"\\\\ ","z":" "}
                    """)
    void shouldKeepDataButForWhiteSpace(final String data, final String kept) {
        assertThat(Parsing.body("{\"type\":\"t\",\"id\":\"a\",\"data\":" + data + "}"))
                .isEqualTo(HEAD + ",\"data\":" + kept);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a\\u000ab\\n            | a\\nb\\n
                    \\u0022\\u005c\\/       | \\"\\\\/
                    \\u00e9\\ud83d\\ude00   | é😀
                    \\u0000\\u001F\\u007f   | \\u0000\\u001f\u007f
                    \\b\\f\\r\\t            | \\b\\f\\r\\t
                    \\u0008\\u000c\\u000d\\u0009 | \\b\\f\\r\\t
                    ümlaut – 😀             | ümlaut – 😀
                    """)
    void shouldEscapeTextsAsLittleAsPossible(final String given, final String canonical) {
        assertThat(Parsing.body("{\"type\":\"t\",\"id\":\"a\",\"message\":\"" + given + "\"}"))
                .isEqualTo(HEAD + ",\"message\":\"" + canonical + "\"");
        assertThat(
                        Parsing.body(
                                "{\"type\":\"t\",\"id\":\"a\",\"source\":{\"kind\":\"cdp\",\"metadata\":{ \""
                                        + given
                                        + "\" : \""
                                        + given
                                        + "\" , \"\":\"\"}}}"))
                .isEqualTo(
                        HEAD
                                + ",\"source\":{\"kind\":\"cdp\",\"metadata\":{\""
                                + canonical
                                + "\":\""
                                + canonical
                                + "\",\"\":\"\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "9007199254740991",
                "\"2026-01-31T12:00:00Z\"",
                "\"2024-02-29T23:59:59.123456789+05:30\"",
                "\"0000-01-01T00:00:00.0-00:00\""
            })
    void shouldKeepTheCallersTime(final String time) {
        assertThat(Parsing.body("{\"type\":\"t\",\"id\":\"a\",\"occurred_at\": " + time + " }"))
                .isEqualTo(HEAD + ",\"occurred_at\":" + time);
    }

    @Test
    void shouldUnderstandEscapedMemberNamesAndTexts() {
        assertThat(
                        Parsing.body(
                                "{\"t\\u0079pe\":\"\\u0074\",\"\\u0069d\":\"\\u0061\",\"d\\u0061ta\":1}"))
                .isEqualTo(HEAD + ",\"data\":1");
    }

    @Test
    void shouldTakeTextsOfTheGreatestLengths() {
        final String emoji = "😀".repeat(128);
        final String type = "t".repeat(128);
        final String subject = "k".repeat(32) + "/" + "@".repeat(200);
        final String message = "\\u0001".repeat(8192);
        assertThat(
                        Parsing.body(
                                "{\"id\":\""
                                        + emoji
                                        + "\",\"type\":\""
                                        + type
                                        + "\",\"subject\":\""
                                        + subject
                                        + "\",\"message\":\""
                                        + message
                                        + "\"}"))
                .isEqualTo(
                        "\"id\":\""
                                + emoji
                                + "\",\"ts\":0000000000000000,\"type\":\""
                                + type
                                + "\",\"category\":\"system\",\"subject\":\""
                                + subject
                                + "\",\"message\":\""
                                + message
                                + "\"");
    }

    @Test
    void shouldTakeAnEventOfTheGreatestLengthOnly() {
        final String head = "{\"type\":\"t\",\"data\":\"";
        final String largest = head + "x".repeat(1_000_000 - head.length() - 2) + "\"}";
        assertThat(Parsing.body(largest)).endsWith("xxx\"");
        assertThat(Parsing.refusal(largest.replace("\"t\"", "\"tt\"")))
                .isEqualTo("413 an event may have at most 1000000 bytes");
    }

    @Test
    void shouldAddNoMoreThanItSays() {
        final byte[] shortest = "{\"type\":\"t\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(Parsing.record(Parsing.callers(), shortest).length)
                .isLessThanOrEqualTo(
                        EventParser.recordLengthMax(shortest.length) - EventParser.PADDING);
        assertThat(EventParser.recordLengthMax(0)).isEqualTo(512);
    }

    @Test
    void shouldParseEventsOneBehindTheOther() {
        final EventParser parser = Parsing.callers();
        final byte[] text =
                "[ {\"type\":\"a\"} ,{\"type\":\"b\"}]        ".getBytes(StandardCharsets.UTF_8);
        final byte[] target = new byte[2 * EventParser.recordLengthMax(text.length)];
        parser.wrap(text, text.length - EventParser.PADDING);
        final int end = parser.parse(1, target, 0);
        assertThat(end).isPositive();
        assertThat(text[parser.skipSpace(parser.position())]).isEqualTo((byte) ',');
        assertThat(parser.parse(parser.skipSpace(parser.position()) + 1, target, end))
                .isGreaterThan(end);
        assertThat(text[parser.position()]).isEqualTo((byte) ']');
    }

    @Test
    void shouldLetTheServerUseItsOwnNames() {
        final EventParser parser =
                new EventParser(
                        EventRules.forCallers(List.of(), List.of()).forServer(), new EventIds(1));
        final String event =
                "{\"type\":\"journal.recovered\",\"id\":\"a\",\"source\":{\"kind\":\"kernel_api\"}}";
        assertThat(Parsing.record(parser, event.getBytes(StandardCharsets.UTF_8))).isNotEmpty();
    }
}

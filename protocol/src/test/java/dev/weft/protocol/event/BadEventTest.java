package dev.weft.protocol.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and in which words. */
class BadEventTest {
    private static final String IDENTIFIER =
            " must be 1 to 128 characters without control characters";
    private static final String OCCURRED_AT =
            "400 occurred_at must be an RFC 3339 time with offset, such as 2026-01-31T12:00:00.5Z,"
                    + " or integer microseconds since 1970, 0 to 9007199254740991";
    private static final String SUBJECT =
            "400 subject must be kind/id: kind [a-z][a-z0-9_-]{0,31}, id 1 to 200 of [A-Za-z0-9._:@-]";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                              | an event must be a JSON object
                    []                              | an event must be a JSON object
                    "type"                          | an event must be a JSON object
                    {                               | malformed JSON at offset 1: it ends before its value is complete
                    {"type"                         | malformed JSON at offset 7: it ends before its value is complete
                    {"type":"t                      | malformed JSON at offset 10: it ends before its value is complete
                    {"type":"t"                     | malformed JSON at offset 11: it ends before its value is complete
                    {"type":"t",}                   | malformed JSON at offset 12: a member name in double quotes was expected
                    {type:"t"}                      | malformed JSON at offset 1: a member name in double quotes was expected
                    {"type" "t"}                    | malformed JSON at offset 8: a colon was expected after the member name
                    {"type":"t" "id":"a"}           | malformed JSON at offset 12: a comma or the closing bracket was expected
                    {"type":"t"]                    | malformed JSON at offset 11: a comma or the closing bracket was expected
                    {"type":"t"} {}                 | nothing may follow the event
                    {"type":"t"}x                   | nothing may follow the event
                    {"type":"\\x"}                  | malformed JSON at offset 10: unknown escape in a string; known are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX
                    {"type":"t","data":}            | malformed JSON at offset 19: a value was expected
                    {"type":"t","data":tru}         | malformed JSON at offset 19: a value was expected
                    {"type":"t","data":[1,]}        | malformed JSON at offset 22: a value was expected
                    {"type":"t","data":[1 2]}       | malformed JSON at offset 22: a comma or the closing bracket was expected
                    {"type":"t","data":{"a"}}       | malformed JSON at offset 23: a colon was expected after the member name
                    {"type":"t","data":01}          | malformed JSON at offset 21: not a JSON number
                    {"type":"t","data":-}           | malformed JSON at offset 20: not a JSON number
                    {"type":"t","data":1.}          | malformed JSON at offset 21: not a JSON number
                    {"type":"t","data":1e}          | malformed JSON at offset 21: not a JSON number
                    {"type":"t","data":.5}          | malformed JSON at offset 19: a value was expected
                    {"type":"t","data":NaN}         | malformed JSON at offset 19: a value was expected
                    {"type":"t","data":1e999999}    | malformed JSON at offset 19: a number must be finite in 64-bit floating point and its exponent at most 999
                    {"type":"t","data":1e309}       | malformed JSON at offset 19: a number must be finite in 64-bit floating point and its exponent at most 999
                    {"type":"t","data":1e-1000}     | malformed JSON at offset 19: a number must be finite in 64-bit floating point and its exponent at most 999
                    {"type":"t","data":-1.798e308}  | malformed JSON at offset 19: a number must be finite in 64-bit floating point and its exponent at most 999
                    {"type":"t","data":"\\ud800"}   | malformed JSON at offset 20: an escaped surrogate without its other half
                    {"type":"t","data":"\\udc00x"}  | malformed JSON at offset 20: an escaped surrogate without its other half
                    {"type":"t","data":"\\udc00\\udc00"} | malformed JSON at offset 20: an escaped surrogate without its other half
                    {"type":"t","data":"\\ud800\\u0041"} | malformed JSON at offset 20: an escaped surrogate without its other half
                    {"type":"t","data":"\\u12g4"}   | malformed JSON at offset 20: unknown escape in a string; known are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX
                    {"type":"t","id":"\\ud834"}     | malformed JSON at offset 18: an escaped surrogate without its other half
                    """)
    void shouldRefuseMalformedText(final String event, final String detail) {
        assertThat(Parsing.refusal(event)).isEqualTo("400 " + detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {}                                  | type is required
                    {"data":1}                          | type is required
                    {"typ":"t"}                         | unknown member "typ"; did you mean type?
                    {"type":"t","Data":1}               | unknown member "Data"; did you mean data?
                    {"type":"t","correlationid":"c"}    | unknown member "correlationid"; did you mean correlation_id?
                    {"type":"t","ts":1}                 | unknown member "ts": the server sets it (your own time goes into occurred_at)
                    {"type":"t","\\u202e\\n":1}         | unknown member "\\u202e\\n"; known are id, type, category, subject, correlation_id, causation_id, run_id, step_id, occurred_at, source, message, data
                    {"type":"t","source":{"knd":1}}     | unknown member source."knd"; did you mean source.kind?
                    {"type":"t","type":"t"}             | type is given twice
                    {"type":"t","t\\u0079pe":"t"}       | type is given twice
                    {"type":"t","data":1,"data":1}      | data is given twice
                    {"type":"t","source":{"kind":"cdp","kind":"cdp"}} | source.kind is given twice
                    {"type":1}                          | type must be a string
                    {"type":null}                       | type must be a string
                    {"type":""}                         | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"1a"}                       | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"a b"}                      | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"a\\n"}                     | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"a\\u0000"}                 | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"é"}                        | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"weft.x"}                   | type must not begin with weft. or journal. or be stream.complete: these are the server's own
                    {"type":"journal.recovered"}        | type must not begin with weft. or journal. or be stream.complete: these are the server's own
                    {"type":"stream.complete"}          | type must not begin with weft. or journal. or be stream.complete: these are the server's own
                    {"type":"t","category":"x"}         | category must be one of console, network, page, interaction, liveview, captcha, system, agent, workflow, session, job, telemetry, custom
                    {"type":"t","category":""}          | category must be one of console, network, page, interaction, liveview, captcha, system, agent, workflow, session, job, telemetry, custom
                    {"type":"t","category":null}        | category must be a string
                    {"type":"t","subject":{}}           | subject must be a string
                    {"type":"t","subject":null}         | subject must be a string
                    {"type":"t","message":false}        | message must be a string
                    {"type":"t","source":null}          | source must be an object
                    {"type":"t","source":{}}            | source.kind is required
                    {"type":"t","source":{"kind":1}}    | source.kind must be a string
                    {"type":"t","source":{"kind":"x"}}  | source.kind must be one of cdp, extension, local_process, probe
                    {"type":"t","source":{"kind":"kernel_api"}}   | source.kind kernel_api is reserved for server-generated events
                    {"type":"t","source":{"kind":"cdp","event":""}} | source.event must be 1 to 128 characters without control characters
                    {"type":"t","source":{"kind":"cdp","event":"a\\rb"}} | source.event must be 1 to 128 characters without control characters
                    {"type":"t","source":{"kind":"cdp","metadata":[]}}  | source.metadata must be an object
                    {"type":"t","source":{"kind":"cdp","metadata":{"a":1}}} | source.metadata."a" must be a string
                    {"type":"t","source":{"kind":"cdp","metadata":{"a":"1","\\u0061":"2"}}} | source.metadata."a" is given twice
                    """)
    void shouldNameTheMemberAndTheRule(final String event, final String detail) {
        assertThat(Parsing.refusal(event)).isEqualTo("400 " + detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "correlation_id", "causation_id", "run_id", "step_id"})
    void shouldRefuseIdentifiersThatCouldBreakAFrame(final String member) {
        final String before = "{\"type\":\"t\",\"" + member + "\":\"";
        for (final String bad :
                new String[] {
                    "",
                    "\\n",
                    "a\\rb",
                    "\\u0000",
                    "\\u001f",
                    "a\\t",
                    "\u007f",
                    "12345678\\u007F",
                    "é".repeat(129)
                }) {
            assertThat(Parsing.refusal(before + bad + "\"}"))
                    .isEqualTo("400 " + member + IDENTIFIER);
        }
        assertThat(Parsing.body(before + "\\\" \\\\ é\"}"))
                .contains("\"" + member + "\":\"\\\" \\\\ é\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "job",
                "job/",
                "/a",
                "Job/a",
                "1ob/a",
                "job/a b",
                "job/a/b",
                "job/é",
                "job/\\n",
                "job/a\\u0000",
                "_a/b"
            })
    void shouldRefuseASubjectThatIsNotKindAndId(final String subject) {
        assertThat(Parsing.refusal("{\"type\":\"t\",\"subject\":\"" + subject + "\"}"))
                .isEqualTo(SUBJECT);
    }

    @Test
    void shouldRefuseTextsThatAreTooLong() {
        assertThat(Parsing.refusal("{\"type\":\"t\",\"subject\":\"" + "k".repeat(33) + "/a\"}"))
                .isEqualTo(SUBJECT);
        assertThat(Parsing.refusal("{\"type\":\"t\",\"subject\":\"k/" + "a".repeat(201) + "\"}"))
                .isEqualTo(SUBJECT);
        assertThat(Parsing.refusal("{\"type\":\"" + "t".repeat(129) + "\"}"))
                .startsWith("400 type must be");
        assertThat(Parsing.refusal("{\"type\":\"t\",\"message\":\"" + "é".repeat(8193) + "\"}"))
                .isEqualTo("400 message may have at most 8192 characters");
        assertThat(Parsing.refusal("{\"" + "x".repeat(900) + "\":1}"))
                .startsWith("400 unknown member \"" + "x".repeat(64) + "…\"; known are");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "1.0",
                "1e3",
                "9007199254740992",
                "99999999999999999999",
                "null",
                "{}",
                "\"\"",
                "\"2026-01-31\"",
                "\"2026-01-31T12:00:00\"",
                "\"2026-01-31 12:00:00Z\"",
                "\"2026-01-31t12:00:00z\"",
                "\"2026-02-29T12:00:00Z\"",
                "\"2026-13-01T12:00:00Z\"",
                "\"2026-01-00T12:00:00Z\"",
                "\"2026-01-31T24:00:00Z\"",
                "\"2026-01-31T12:60:00Z\"",
                "\"2026-01-31T12:00:60Z\"",
                "\"2026-01-31T12:00:00.Z\"",
                "\"2026-01-31T12:00:00.1234567890Z\"",
                "\"2026-01-31T12:00:00+0100\"",
                "\"2026-01-31T12:00:00+24:00\"",
                "\"2026-01-31T12:00:00+01:60\"",
                "\"2026-01-31T12:00:00Z \"",
                "\"2026-01-31T12:00:00Z\\n\""
            })
    void shouldRefuseATimeThatIsNone(final String time) {
        assertThat(Parsing.refusal("{\"type\":\"t\",\"occurred_at\":" + time + "}"))
                .isEqualTo(OCCURRED_AT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "bf",
                "c0af",
                "c1bf",
                "c280c2",
                "c2",
                "e08080",
                "e09fbf",
                "e282",
                "eda080",
                "edbfbf",
                "f0808080",
                "f08fbfbf",
                "f0908d",
                "f4908080",
                "f5808080",
                "f8888080",
                "ff",
                "fe",
                "c341"
            })
    void shouldRefuseInvalidUtf8Anywhere(final String hex) {
        final byte[] bad = HexFormat.of().parseHex(hex);
        for (final String event :
                new String[] {
                    "{\"type\":\"t\",\"data\":\"#\"}",
                    "{\"type\":\"t\",\"data\":\"1234567#\"}",
                    "{\"type\":\"t\",\"data\":{\"é#\":1}}",
                    "{\"type\":\"t\",\"message\":\"é😀#é\"}",
                    "{\"type\":\"t\",\"id\":\"#\"}",
                    "{\"type\":\"t\",\"#\":1}",
                    "{\"type\":\"t\",\"source\":{\"kind\":\"cdp\",\"metadata\":{\"#\":\"\"}}}"
                }) {
            assertThat(Parsing.refusal(with(event, bad))).contains("the text is not valid UTF-8");
        }
    }

    @Test
    void shouldRefuseRawControlCharactersInStrings() {
        for (int c = 0; c < 0x20; c++) {
            final byte[] raw = {(byte) c};
            assertThat(Parsing.refusal(with("{\"type\":\"t\",\"data\":\"12#\"}", raw)))
                    .isEqualTo(
                            "400 malformed JSON at offset 22: a control character in a string must be escaped");
            assertThat(Parsing.refusal(with("{\"type\":\"t\",\"message\":\"1234567#\"}", raw)))
                    .endsWith("a control character in a string must be escaped");
        }
    }

    @Test
    void shouldRefuseNulBetweenTokensAndAByteOrderMark() {
        assertThat(Parsing.refusal(with("{\"type\":\"t\"#}", new byte[] {0}))).contains("a comma");
        assertThat(Parsing.refusal(with("#{\"type\":\"t\"}", new byte[] {0})))
                .contains("must be a JSON object");
        assertThat(Parsing.refusal(with("{\"type\":\"t\"}#", new byte[] {0})))
                .contains("nothing may follow");
        assertThat(Parsing.refusal("\ufeff{\"type\":\"t\"}"))
                .isEqualTo("400 the text must not begin with a byte order mark");
    }

    @Test
    void shouldTakeDepth64AndRefuseDepth65() {
        final String deepest = "{\"type\":\"t\",\"data\":" + "[".repeat(63) + "]".repeat(63) + "}";
        assertThat(Parsing.body(deepest)).endsWith("[[]]" + "]".repeat(61));
        final String mixed =
                "{\"type\":\"t\",\"data\":" + "{\"a\":[".repeat(31) + "{}" + "]}".repeat(31) + "}";
        assertThat(Parsing.body(mixed)).endsWith("{}" + "]}".repeat(31));
        assertThat(
                        Parsing.refusal(
                                "{\"type\":\"t\",\"data\":"
                                        + "[".repeat(64)
                                        + "]".repeat(64)
                                        + "}"))
                .isEqualTo("400 malformed JSON at offset 82: values may be nested at most 64 deep");
        assertThat(Parsing.refusal("{\"type\":\"t\",\"data\":" + "[".repeat(900_000)))
                .contains("at most 64 deep");
    }

    @Test
    void shouldRefuseAHugeNumberAndTooMuchMetadata() {
        final String longest = "0." + "1".repeat(998);
        assertThat(Parsing.body("{\"type\":\"t\",\"data\":" + longest + "}")).endsWith(longest);
        assertThat(Parsing.refusal("{\"type\":\"t\",\"data\":" + longest + "1}"))
                .isEqualTo(
                        "400 malformed JSON at offset 19: a number may have at most 1000 characters");
        assertThat(Parsing.refusal("{\"type\":\"t\",\"data\":" + "1".repeat(900_000) + "}"))
                .isEqualTo(
                        "400 malformed JSON at offset 19: a number may have at most 1000 characters");
        final StringBuilder members = new StringBuilder("\"a\":\"\"");
        for (int i = 0; i < 64; i++) {
            members.append(",\"").append(i).append("\":\"\"");
        }
        assertThat(
                        Parsing.refusal(
                                "{\"type\":\"t\",\"source\":{\"kind\":\"cdp\",\"metadata\":{"
                                        + members
                                        + "}}}"))
                .isEqualTo("400 source.metadata may have at most 64 members");
    }

    /** The event with {@code #} replaced by raw bytes. */
    private static byte[] with(final String event, final byte[] raw) {
        final String latin = new String(raw, StandardCharsets.ISO_8859_1);
        final String utf8 =
                new String(event.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                        .replace("#", latin);
        return utf8.getBytes(StandardCharsets.ISO_8859_1);
    }
}

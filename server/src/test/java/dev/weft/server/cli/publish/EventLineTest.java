package dev.weft.server.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.cli.Problems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EventLineTest {
    private final EventMembers none = new EventMembers();
    private final EventMembers typed = new EventMembers();

    EventLineTest() {
        typed.type("log.line");
    }

    @Test
    void shouldPassAnObjectThroughAndOnlyAddAnId() {
        final String line =
                EventLine.ofLine(" {\"type\":\"a\",\"data\":{\"x\":1.50E2}}", none, false);

        assertThat(line)
                .matches("\\{\"id\":\"[0-9a-f-]{36}\",\"type\":\"a\",\"data\":\\{\"x\":1\\.50E2}}");
    }

    @Test
    void shouldAddAnIdToAnEmptyObjectToo() {
        assertThat(EventLine.ofLine("{}", none, false)).matches("\\{\"id\":\"[0-9a-f-]{36}\"}");
    }

    @Test
    void shouldLeaveAnObjectWithAnIdAlone() {
        final String line = "{\"type\":\"a\",\"data\":{},\"id\":\"mine\"}";

        assertThat(EventLine.ofLine(line, none, false)).isEqualTo(line);
    }

    @Test
    void shouldNotTakeAnInnerIdForTheEventsOwn() {
        assertThat(EventLine.ofLine("{\"type\":\"a\",\"data\":{\"id\":7}}", none, false))
                .startsWith("{\"id\":\"");
    }

    @Test
    void shouldMakeOtherJsonTheData() {
        final JsonNode event =
                Problems.json(String.valueOf(EventLine.ofLine("[1, 2]", typed, false)));

        assertThat(event.path("type").asString()).isEqualTo("log.line");
        assertThat(event.path("data").toString()).isEqualTo("[1,2]");
        assertThat(event.path("id").asString()).hasSize(36);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain \"text\" \\ with\tall",
                "{\"open\":",
                "{\"a\":1} {\"b\":2}",
                "12 monkeys",
                "äöü 🚀"
            })
    void shouldMakeAnyOtherTextTheMessage(final String text) {
        final JsonNode event = Problems.json(String.valueOf(EventLine.ofLine(text, typed, false)));

        assertThat(event.path("message").asString()).isEqualTo(text);
        assertThat(event.has("data")).isFalse();
    }

    @Test
    void shouldCountCharactersAndNotHalvesOfThem() {
        final String text = "🚀".repeat(8_192);
        final JsonNode event = Problems.json(String.valueOf(EventLine.ofLine(text, typed, false)));

        assertThat(event.path("message").asString()).isEqualTo(text);
    }

    @Test
    void shouldMakeATextTooLongForAMessageTheData() {
        final String text = "z".repeat(8_193);
        final JsonNode event = Problems.json(String.valueOf(EventLine.ofLine(text, typed, false)));

        assertThat(event.path("data").asString()).isEqualTo(text);
        assertThat(event.has("message")).isFalse();
    }

    @Test
    void shouldWrapObjectsWhenTold() {
        final JsonNode event =
                Problems.json(String.valueOf(EventLine.ofLine("{\"id\":1}", typed, true)));

        assertThat(event.path("data").toString()).isEqualTo("{\"id\":1}");
        assertThat(event.path("type").asString()).isEqualTo("log.line");
    }

    @Test
    void shouldMakeNothingOfATextWithoutAType() {
        assertThat(EventLine.ofLine("text", none, false)).isNull();
    }
}

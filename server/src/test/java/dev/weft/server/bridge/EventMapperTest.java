package dev.weft.server.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventName;
import dev.weft.server.bridge.plan.BridgePlan.Mapping;
import dev.weft.server.bridge.plan.Template;
import dev.weft.server.bridge.valkey.EntryId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EventMapperTest {
    private static final EntryId ENTRY = new EntryId(1_700_000_000_000L, 3);
    private static final EventName NAME =
            new EventName("valkey:o:1700000000000-3", "valkey:o", "o", "1700000000000-3");

    private final EventBatch batch = new EventBatch();

    private static EventMapper mapper(final String type, final String subject) {
        return new EventMapper(
                "valkey",
                new Mapping(
                        Template.parse(type, Template.Use.CHANNEL, 2),
                        "job",
                        Template.parse(subject, Template.Use.CHANNEL, 2)),
                "valkey.stream",
                EventRules.forCallers(List.of(), List.of()));
    }

    private static List<Object> fields(final String... texts) {
        final List<Object> fields = new ArrayList<>();
        for (final String text : texts) {
            fields.add(text.getBytes(UTF_8));
        }
        return fields;
    }

    private JsonNode only() {
        final JsonNode events = JsonMapper.shared().readTree(batch.array());
        assertThat(events).hasSize(1);
        return events.get(0);
    }

    @Test
    void shouldMakeAnEventOfAnEntry() {
        final boolean isEvent =
                mapper("order.{data.state}", "order/{data.id}")
                        .entry(
                                NAME,
                                ENTRY,
                                fields("state", "paid", "id", "7", "items", "[1, {\"a\":2}]"),
                                batch);
        assertThat(isEvent).isTrue();
        final JsonNode event = only();
        assertThat(event.path("type").asString()).isEqualTo("order.paid");
        assertThat(event.path("category").asString()).isEqualTo("job");
        assertThat(event.path("subject").asString()).isEqualTo("order/7");
        assertThat(event.path("id").asString()).isEqualTo(NAME.id());
        assertThat(event.path("causation_id").asString()).isEqualTo("valkey:o");
        assertThat(event.path("occurred_at").asLong()).isEqualTo(1_700_000_000_000_000L);
        assertThat(event.path("data"))
                .hasToString("{\"state\":\"paid\",\"id\":\"7\",\"items\":[1,{\"a\":2}]}");
        assertThat(event.path("source").path("metadata").path("entry").asString())
                .isEqualTo("1700000000000-3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": 1} | {\"a\":1}",
                "12 | 12",
                "plain \"text\" | \"plain \\\"text\\\"\"",
                "{\"a\": | \"{\\\"a\\\":\"",
                "'' | \"\"",
                "ünï | \"ünï\""
            })
    void shouldKeepAPayloadAsItIs(final String payload, final String data) {
        mapper("t", "channel/{name}").message(NAME, List.of(), payload.getBytes(UTF_8), batch);
        assertThat(only().path("data")).hasToString(data);
    }

    @Test
    void shouldKeepBytesThatAreNoText() {
        final byte[] payload = {(byte) 0xFF, 0, 1};
        mapper("t", "channel/{name}").message(NAME, List.of(), payload, batch);
        assertThat(Base64.getDecoder().decode(only().path("data").path("base64").asString()))
                .isEqualTo(payload);
    }

    @Test
    void shouldTakeTheOnlyFieldNamedDataForTheData() {
        mapper("t", "o/{data.id}").entry(NAME, ENTRY, fields("data", "{\"id\":\"x\"}"), batch);
        assertThat(only().path("data")).hasToString("{\"id\":\"x\"}");
        assertThat(only().path("subject").asString()).isEqualTo("o/x");
    }

    @Test
    void shouldLetTheLastOfEqualFieldsWin() {
        mapper("t", "o/1").entry(NAME, ENTRY, fields("a", "1", "b", "2", "a", "3"), batch);
        assertThat(only().path("data")).hasToString("{\"a\":\"3\",\"b\":\"2\"}");
    }

    @Test
    void shouldReplaceWhatASubjectCannotHave() {
        mapper("{1}.x", "job/{2}").message(NAME, List.of("a b", "ü/7"), "1".getBytes(UTF_8), batch);
        assertThat(only().path("type").asString()).isEqualTo("a_b.x");
        assertThat(only().path("subject").asString()).isEqualTo("job/__7");
    }

    @Test
    void shouldTellWhatHasNoSubject() {
        final boolean isEvent =
                mapper("t", "order/{data.id}").entry(NAME, ENTRY, fields("a", "1"), batch);
        assertThat(isEvent).isFalse();
        final JsonNode event = only();
        assertThat(event.path("type").asString()).isEqualTo("bridge.rejected");
        assertThat(event.path("id").asString()).isEqualTo(NAME.id());
        assertThat(event.path("causation_id").asString()).isEqualTo(NAME.causationId());
        assertThat(event.path("message").asString())
                .isEqualTo("subject: there is no {data.id} for order/{data.id}");
        assertThat(event.path("data").path("data")).hasToString("{\"a\":\"1\"}");
    }

    @Test
    void shouldTellWhatIsTooLong() {
        final byte[] payload = "x".repeat(1_100_000).getBytes(UTF_8);
        mapper("t", "o/1").message(NAME, List.of(), payload, batch);
        final JsonNode event = only();
        assertThat(event.path("type").asString()).isEqualTo("bridge.rejected");
        assertThat(event.path("message").asString()).contains("1000000 bytes");
        assertThat(event.path("data").path("text").asString()).hasSizeBetween(60_000, 70_000);
    }

    @Test
    void shouldTellWhatTheServerRefuses() {
        final EventMapper mapper = mapper("t", "o/1");
        mapper.entry(NAME, ENTRY, fields("n", "1"), batch);
        mapper.entry(
                new EventName("valkey:o:2-0", "valkey:o", "o", "2-0"),
                new EntryId(2, 0),
                fields("n", "2"),
                batch);
        mapper.reject(0, "category is unknown", batch);
        final JsonNode events = JsonMapper.shared().readTree(batch.array());
        assertThat(events).hasSize(2);
        assertThat(events.get(0).path("type").asString()).isEqualTo("bridge.rejected");
        assertThat(events.get(0).path("id").asString()).isEqualTo(NAME.id());
        assertThat(events.get(1).path("data")).hasToString("{\"n\":\"2\"}");
    }

    @Test
    void shouldTellWhatHasNoTypeOrNoCapture() {
        mapper("t.{data.state}", "o/1").message(NAME, List.of(), "{}".getBytes(UTF_8), batch);
        assertThat(only().path("message").asString()).startsWith("type: there is no ");
        batch.clear();
        mapper("t", "o/{2}").message(NAME, List.of("one"), "{}".getBytes(UTF_8), batch);
        assertThat(only().path("message").asString()).startsWith("subject: there is no ");
    }

    @Test
    void shouldCutALongValueAndKeepWhatNamesMayHave() {
        mapper("T.{1}", "o/{1}")
                .message(NAME, List.of("A9._" + "x".repeat(300)), new byte[0], batch);
        final JsonNode event = only();
        assertThat(event.path("type").asString()).isEqualTo("bridge.rejected");
        batch.clear();
        mapper("t", "o/{1}").message(NAME, List.of("Az9._ä" + "x".repeat(300)), new byte[0], batch);
        assertThat(only().path("subject").asString())
                .startsWith("o/Az9.__x")
                .hasSize("o/".length() + 200);
    }

    @Test
    void shouldTakeAnIdForATimeOnlyWhenItCanBeOne() {
        final EventMapper mapper = mapper("t", "o/1");
        for (final long ms : new long[] {7, 4_102_444_800_000L, 1_700_000_000_000L}) {
            mapper.entry(NAME, new EntryId(ms, 0), fields("n", "1"), batch);
        }
        final JsonNode events = JsonMapper.shared().readTree(batch.array());
        assertThat(events.get(0).has("occurred_at")).isFalse();
        assertThat(events.get(1).has("occurred_at")).isFalse();
        assertThat(events.get(2).path("occurred_at").asLong()).isEqualTo(1_700_000_000_000_000L);
    }
}

package dev.weft.protocol.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.RecordDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The parser beside Jackson and regular expressions, on random events and on damaged ones. */
class EventParserPropertyTest {
    private static final int EVENTS_PER_SEED = 500;

    static LongStream seeds() {
        final long one = Long.getLong("test.seed", Long.MIN_VALUE);
        return one != Long.MIN_VALUE ? LongStream.of(one) : new SplittableRandom().longs(100);
    }

    @ParameterizedTest(name = "-Dtest.seed={0}")
    @MethodSource("seeds")
    void shouldAcceptWhatTheOracleAcceptsAndKeepItsMeaning(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final EventTexts texts = new EventTexts(random);
        final EventParser parser = Parsing.callers();
        for (int i = 0; i < EVENTS_PER_SEED; i++) {
            final byte[] good = texts.event().getBytes(StandardCharsets.UTF_8);
            compare(parser, i % 2 == 0 ? good : texts.damaged(good));
        }
    }

    @Test
    void shouldMakeEventsOfBothKinds() {
        final EventTexts texts = new EventTexts(new SplittableRandom(7));
        int accepted = 0;
        for (int i = 0; i < 1_000; i++) {
            accepted +=
                    JacksonOracle.read(texts.event().getBytes(StandardCharsets.UTF_8)) == null
                            ? 0
                            : 1;
        }
        assertThat(accepted)
                .as("the generator is of use only if it makes both")
                .isBetween(200, 800);
    }

    private static void compare(final EventParser parser, final byte[] event) {
        final String text = new String(event, StandardCharsets.UTF_8);
        final ObjectNode expected = JacksonOracle.read(event);
        final byte[] record = Parsing.parse(parser, event);
        if (expected == null) {
            assertThat(record.length).as("accepted: %s", text).isZero();
            return;
        }
        assertThat(record.length).as("%s refused: %s", parser.error(), text).isPositive();
        final int from = RecordDescriptor.LENGTH;
        final String body = new String(record, from, record.length - from, StandardCharsets.UTF_8);
        final ObjectNode actual =
                (ObjectNode)
                        JacksonOracle.tree(
                                "{" + body.replaceFirst("\"ts\":0{16}", "\"ts\":0") + "}");
        final JsonNode data = actual.get("data");
        actual.remove("ts");
        if (!expected.has("id")) {
            actual.remove("id");
        }
        assertThat((Object) actual).as(text).isEqualTo(expected);
        if (data != null) {
            assertThat(text.codePoints().filter(c -> c > ' ').toArray())
                    .as("data keeps its bytes")
                    .containsSequence(
                            body.substring(body.indexOf(",\"data\":") + 8)
                                    .codePoints()
                                    .filter(c -> c > ' ')
                                    .toArray());
        }
    }
}

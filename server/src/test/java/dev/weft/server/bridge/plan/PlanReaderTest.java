package dev.weft.server.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.bridge.plan.PlanTexts.Part;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PlanReaderTest {
    private final Map<Part, String> mistakes = new EnumMap<>(Part.class);

    @Test
    void shouldReadAPlan() {
        final BridgePlan plan =
                PlanReader.read(
                        new PlanTexts()
                                .put(Part.SERVER, "rediss://me@cache.example:7000/3")
                                .put(Part.PASSWORD, "secret")
                                .put(Part.FROM_STREAMS, List.of("orders", "jobs"))
                                .put(Part.TO_CHANNEL, "weft.{type}"),
                        mistakes::put);
        assertThat(mistakes).isEmpty();
        assertThat(Objects.requireNonNull(plan).server())
                .isEqualTo(new BridgePlan.Server("cache.example", 7000, 3, true, "me", "secret"))
                .hasToString("rediss://cache.example:7000/3");
        assertThat(Objects.requireNonNull(plan.streams()).keys()).containsExactly("orders", "jobs");
        assertThat(Objects.requireNonNull(plan.streams()).group()).isEqualTo("weft");
        assertThat(plan.channels()).isNull();
    }

    @Test
    void shouldTellAllMistakesTogether() {
        final BridgePlan plan =
                PlanReader.read(
                        new PlanTexts()
                                .put(Part.SERVER, "http://host")
                                .put(Part.NAME, "Not A Name")
                                .put(Part.FROM_STREAMS, List.of("orders", "orders"))
                                .put(Part.FROM_CHANNELS, List.of("weft.[", "weft.*"))
                                .put(Part.TO_STREAM, "orders")
                                .put(Part.TO_STREAM_LENGTH, "many")
                                .put(Part.TO_CHANNEL, "weft.{kind}")
                                .put(Part.TYPE, "weft.reserved")
                                .put(Part.CATEGORY, "Bad")
                                .put(Part.SUBJECT, "no subject")
                                .put(Part.REPLAY, "some"),
                        (part, text) -> mistakes.merge(part, text, (a, b) -> a + "; " + b));
        assertThat(plan).isNull();
        assertThat(mistakes)
                .containsOnlyKeys(
                        Part.SERVER,
                        Part.NAME,
                        Part.FROM_STREAMS,
                        Part.FROM_CHANNELS,
                        Part.TO_STREAM,
                        Part.TO_STREAM_LENGTH,
                        Part.TO_CHANNEL,
                        Part.TYPE,
                        Part.CATEGORY,
                        Part.SUBJECT,
                        Part.REPLAY)
                .containsEntry(Part.TYPE, "is no type that events may have")
                .containsEntry(Part.FROM_STREAMS, "has a part twice");
    }

    @Test
    void shouldRefuseAPasswordWhereEverybodyCanReadIt() {
        assertThat(
                        PlanReader.read(
                                new PlanTexts()
                                        .put(Part.SERVER, "redis://me:secret@host")
                                        .put(Part.TO_STREAM, "weft"),
                                mistakes::put))
                .isNull();
        assertThat(mistakes.get(Part.SERVER))
                .contains("WEFT_VALKEY_PASSWORD")
                .doesNotContain("secret");
    }

    @Test
    void shouldRefuseWhatWouldGoRoundForEver() {
        PlanReader.read(
                new PlanTexts()
                        .put(Part.FROM_CHANNELS, List.of("weft.*"))
                        .put(Part.TO_CHANNEL, "weft.{type}"),
                mistakes::put);
        assertThat(mistakes).containsOnlyKeys(Part.TO_CHANNEL);
        assertThat(mistakes.get(Part.TO_CHANNEL)).contains("for ever");
    }

    @Test
    void shouldBoundHowManyAndHowLongPartsAre() {
        final List<String> most =
                java.util.stream.IntStream.range(0, PlanReader.SOURCES_MAX)
                        .mapToObj(i -> "s" + i)
                        .toList();
        assertThat(streams(most)).isNull();
        final List<String> more = new java.util.ArrayList<>(most);
        more.add("one more");
        assertThat(streams(more)).isEqualTo("has more than 64 parts");
        assertThat(streams(List.of("k".repeat(512)))).isNull();
        assertThat(streams(List.of("k".repeat(513)))).isEqualTo("has not 1 to 512 characters");
        assertThat(streams(List.of(""))).isEqualTo("has not 1 to 512 characters");
        assertThat(streams(List.of("a\u0001"))).isEqualTo("has a control character");
        assertThat(streams(List.of("a\u007f"))).isEqualTo("has a control character");
    }

    private @org.jspecify.annotations.Nullable String streams(final List<String> keys) {
        mistakes.clear();
        PlanReader.read(
                new PlanTexts().put(Part.SERVER, "redis://host").put(Part.FROM_STREAMS, keys),
                mistakes::put);
        return mistakes.get(Part.FROM_STREAMS);
    }
}

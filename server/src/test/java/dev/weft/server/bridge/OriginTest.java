package dev.weft.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.Limits;
import dev.weft.server.bridge.valkey.EntryId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    private static final EntryId ENTRY = new EntryId(1_700_000_000_000L, 7);

    @ParameterizedTest
    @ValueSource(strings = {"orders", "a:b:c", "a~b", "ключ", "with space", "\u0001"})
    void shouldKnowItsIdsAgain(final String key) {
        final Origin origin = Origin.of("valkey", key);
        assertThat(origin.position(origin.id("", ENTRY))).isEqualTo(new Origin.Position("", ENTRY));
        assertThat(origin.position(origin.id("lx3k9a", ENTRY)))
                .isEqualTo(new Origin.Position("lx3k9a", ENTRY));
    }

    @Test
    void shouldNameKeysInAReadableWay() {
        assertThat(Origin.of("valkey", "orders").id("", ENTRY))
                .isEqualTo("valkey:orders:1700000000000-7");
    }

    @Test
    void shouldKeepIdsShortWhenKeysAreLong() {
        final EntryId longest = new EntryId(-1, -1);
        assertThat(Origin.of("n".repeat(16), "k".repeat(500)).id("e".repeat(12), longest))
                .hasSizeLessThanOrEqualTo(Limits.ID_CHARACTERS_MAX);
        assertThat(Origin.of("n".repeat(16), "k".repeat(48)).id("e".repeat(12), longest))
                .hasSizeLessThanOrEqualTo(Limits.ID_CHARACTERS_MAX);
        assertThat(Origin.of("v", "k".repeat(500))).isNotEqualTo(Origin.of("v", "k".repeat(501)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "valkey:orders",
                "valkey:orders:1",
                "valkey:orders:1-x",
                "valkey:orders2:1-1",
                "valkey:orders~:1-1",
                "valkey:orders~A:1-1",
                "other:orders:1-1"
            })
    void shouldNotTakeOtherIdsForItsOwn(final String id) {
        assertThat(Origin.of("valkey", "orders").position(id)).isNull();
    }

    @Test
    void shouldCompareEntriesAsUnsigned() {
        assertThat(EntryId.of("18446744073709551615-0")).isGreaterThan(EntryId.of("1-0"));
        assertThat(EntryId.of("5-10")).isGreaterThan(EntryId.of("5-9"));
        assertThat(EntryId.of("18446744073709551615-3")).hasToString("18446744073709551615-3");
        assertThat(EntryId.parse("5")).isNull();
    }

    @Test
    void shouldTakeNothingElseForAnId() {
        assertThat(EntryId.parse("7")).isNull();
        assertThat(EntryId.parse("-7")).isNull();
        assertThat(EntryId.parse("7-x")).isNull();
        assertThat(EntryId.parse("7-8")).isEqualTo(new EntryId(7, 8));
    }
}

package dev.weft.server.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UuidsTest {
    @Test
    void shouldKeepAUuidInSmallLetters() {
        assertThat(Uuids.of("A1B2C3D4-e5f6-7890-ABCD-ef1234567890"))
                .isEqualTo("a1b2c3d4-e5f6-7890-abcd-ef1234567890");
    }

    /** Expected: Python's {@code uuid.uuid5(uuid.NAMESPACE_URL, "weft:" + id)}. */
    @Test
    void shouldMakeTheSameNameOfTheSameIdAsEverybody() {
        assertThat(Uuids.of("build-7")).isEqualTo("cad65f0e-a4de-5df3-be0f-9181928a80d9");
        assertThat(Uuids.of("grün \"x\"")).isEqualTo("461f3e90-c70e-58fd-858e-3e4c57d72491");
        assertThat(Uuids.isUuid(Uuids.of(""))).isTrue();
    }

    @Test
    void shouldTakeNothingElseForAUuid() {
        assertThat(Uuids.isUuid("a1b2c3d4e5f67890abcdef1234567890")).isFalse();
        assertThat(Uuids.isUuid("{a1b2c3d4-e5f6-7890-abcd-ef1234567890}")).isFalse();
        assertThat(Uuids.isUuid("a1b2c3d4-e5f6-7890-abcd-ef123456789g")).isFalse();
        assertThat(Uuids.isUuid("")).isFalse();
    }
}

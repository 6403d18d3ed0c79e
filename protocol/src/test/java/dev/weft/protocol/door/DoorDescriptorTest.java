package dev.weft.protocol.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoorDescriptorTest {
    @ParameterizedTest
    @CsvSource({
        "0, 8",
        "8, 1000008",
        "8388608, 2097144",
        "562949953421304, 16", // the last one before the numbers begin again
        "562949953421312, 16"
    })
    void shouldPutAPlaceIntoOneNumber(final long position, final int length) {
        final long claim = DoorDescriptor.claim(position, length);
        assertThat(claim).isNotEqualTo(DoorDescriptor.NO_CLAIM);
        assertThat(DoorDescriptor.claimLength(claim, position)).isEqualTo(length);
        assertThat(DoorDescriptor.claimLength(claim, position + 8)).isZero();
        assertThat(DoorDescriptor.claimLength(claim, position + 8_388_608)).isZero();
        assertThat(DoorDescriptor.claimLength(DoorDescriptor.NO_CLAIM, position)).isZero();
    }
}

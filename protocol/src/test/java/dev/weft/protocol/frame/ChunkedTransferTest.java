package dev.weft.protocol.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ChunkedTransferTest {
    @Test
    void shouldWrapABatchWhenItsLengthIsKnown() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8 + 26 + 2]);
        buffer.putBytes(8, "abcdefghijklmnopqrstuvwxyz".getBytes(US_ASCII));
        ChunkedTransfer.wrap(buffer, 0, 26);
        assertThat(new String(buffer.byteArray(), US_ASCII))
                .isEqualTo("00001a\r\nabcdefghijklmnopqrstuvwxyz\r\n");
    }

    @Test
    void shouldRefuseALengthThatWouldEndTheBodyOrNotFit() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        assertThatThrownBy(() -> ChunkedTransfer.wrap(buffer, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChunkedTransfer.wrap(buffer, 0, 0x1000000))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

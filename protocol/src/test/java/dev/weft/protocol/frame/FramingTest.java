package dev.weft.protocol.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FramingTest {
    @ParameterizedTest
    @CsvSource({
        "0, 8100",
        "125, 817d",
        "126, 817e007e",
        "65535, 817effff",
        "65536, 817f0000000000010000",
        "1000070, 817f00000000000f4286"
    })
    void shouldTellTheLengthOfAMessageInTheFewestBytes(final int length, final String header) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        final int written = Framing.putWebSocketHeader(buffer, 0, length);
        final StringBuilder hex = new StringBuilder();
        for (int i = 0; i < written; i++) {
            hex.append(String.format("%02x", buffer.getByte(i)));
        }
        assertThat(hex).hasToString(header);
        assertThat(Framing.webSocketHeaderLength(length)).isEqualTo(written);
    }

    @Test
    void shouldCarryNoIdWhenTheFrameIsOfControl() {
        assertThat(ControlFrames.gap(Framing.SSE, 3, 7, 8))
                .asString(US_ASCII)
                .isEqualTo("event: weft.gap\ndata: {\"from\":3,\"to\":7,\"oldest\":8}\n\n");
        assertThat(ControlFrames.reset(Framing.SSE_NAMED, ControlFrames.FUTURE, 12))
                .asString(US_ASCII)
                .isEqualTo("event: weft.reset\ndata: {\"reason\":\"future\",\"head\":12}\n\n");
        assertThat(ControlFrames.gap(Framing.NDJSON, 3, 7, 8))
                .asString(US_ASCII)
                .isEqualTo("{\"weft.gap\":{\"from\":3,\"to\":7,\"oldest\":8}}\n");
        final byte[] message = ControlFrames.reset(Framing.WEBSOCKET, ControlFrames.INVALID, 0);
        final String text = "{\"weft.reset\":{\"reason\":\"invalid\",\"head\":0}}";
        assertThat(message)
                .hasSize(2 + text.length())
                .startsWith((byte) 0x81, (byte) text.length());
        assertThat(new String(message, 2, text.length(), US_ASCII)).isEqualTo(text);
    }
}

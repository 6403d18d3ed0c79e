package dev.weft.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerStreamTest {
    private static final String ANSWERS =
            """
            HTTP/1.1 204 No Content
            Weft-Seq: 7

            HTTP/1.1 200 OK
            content-length: 47

            {"accepted":10000,"first_seq":8,"last_seq":107}HTTP/1.1 200 OK
            Content-Length: 26

            {"seq":108,"event":{"x":1}HTTP/1.1 507 Insufficient Storage
            Content-Length: 17

            {"detail":"full"}\
            """;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 10_000})
    void shouldCountAnswersAndWhatTheyAcceptHoweverTheBytesArrive(final int pieceLength) {
        final byte[] bytes = ANSWERS.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
        final AnswerStream answers = new AnswerStream();
        for (int from = 0; from < bytes.length; from += pieceLength) {
            answers.accept(
                    new UnsafeBuffer(bytes), from, Math.min(pieceLength, bytes.length - from));
        }

        assertThat(answers.count()).isEqualTo(4);
        assertThat(answers.acceptedCount()).isEqualTo(10_002);
        assertThat(answers.refusedCount()).isEqualTo(1);
        assertThat(answers.trouble()).isEqualTo("status 507: {\"detail\":\"full\"}");
    }
}

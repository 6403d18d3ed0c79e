package dev.weft.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.bench.server.Dialect;
import dev.weft.bench.server.EventText;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameStreamTest {
    private static final String HEAD =
            """
            HTTP/1.1 200 OK\r
            content-type: text/event-stream\r
            Transfer-Encoding: chunked\r
            \r
            """;

    private static final String UNTIL_CLOSED =
            """
            HTTP/1.1 200 OK\r
            Content-Type: text/event-stream; charset=utf-8\r
            Connection: keep-alive\r
            \r
            """;

    @Test
    void shouldCountContiguousFramesFromAnyFirstId() {
        final FrameStream stream = read(0, HEAD + chunk("retry: 2500\n\n") + chunk(frames(41, 60)));

        assertThat(stream.receivedCount()).isEqualTo(20);
        assertThat(stream.nextSequence()).isEqualTo(61);
        assertThat(stream.trouble()).isEmpty();
    }

    @Test
    void shouldSeeALostFrame() {
        final FrameStream stream = read(0, HEAD + chunk(frames(1, 9) + frames(11, 12)));

        assertThat(stream.lostCount()).isEqualTo(1);
        assertThat(stream.receivedCount()).isEqualTo(11);
        assertThat(stream.trouble()).isEqualTo("id 11 instead of 10");
    }

    @Test
    void shouldCountEachOfAChannelsNumbersOnce() {
        final StringBuilder frames = new StringBuilder();
        for (final long number : new long[] {3, 11, 19, 35, 43, 43, 51}) {
            frames.append(frame(number, 80));
        }
        final FrameStream stream = FrameStream.ofEach(FrameNumber.of(Dialect.WEFT), 8);
        final byte[] bytes = (HEAD + chunk(frames.toString())).getBytes(StandardCharsets.UTF_8);
        stream.accept(new UnsafeBuffer(bytes), 0, bytes.length);

        assertThat(stream.receivedCount()).isEqualTo(7);
        assertThat(stream.lostCount()).isEqualTo(1);
        assertThat(stream.repeatedCount()).isEqualTo(1);
        assertThat(stream.nextSequence()).isEqualTo(59);
    }

    @Test
    void shouldSeeALossBeforeTheFirstFrameWhenItAskedForAStart() {
        assertThat(read(5, HEAD + chunk(frames(6, 7))).lostCount()).isEqualTo(1);
    }

    @Test
    void shouldSeeARepeatedFrame() {
        final FrameStream stream =
                read(0, HEAD + chunk(frames(1, 9)) + chunk(frames(9, 9) + frames(10, 10)));

        assertThat(stream.repeatedCount()).isEqualTo(1);
        assertThat(stream.lostCount()).isZero();
        assertThat(stream.nextSequence()).isEqualTo(11);
    }

    @Test
    void shouldSeeAGapThatTheServerTells() {
        final FrameStream stream =
                read(
                        0,
                        HEAD
                                + chunk(
                                        "event: weft.gap\n"
                                                + "data: {\"from\":1,\"to\":5,\"oldest\":6}\n\n"
                                                + frames(6, 7)));

        assertThat(stream.controlCount()).isEqualTo(1);
        assertThat(stream.trouble()).contains("weft.gap");
    }

    @Test
    void shouldSeeAnAnswerThatIsNoStream() {
        final FrameStream stream = read(0, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

        assertThat(stream.isOpen()).isFalse();
        assertThat(stream.trouble()).contains("404");
    }

    @Test
    void shouldSeeTheEndOfTheStream() {
        assertThat(read(0, HEAD + chunk(frames(1, 3)) + "0\r\n\r\n").isOpen()).isFalse();
    }

    static LongStream seeds() {
        final long one = Long.getLong("test.seed", Long.MIN_VALUE);
        return one != Long.MIN_VALUE ? LongStream.of(one) : new SplittableRandom().longs(200);
    }

    @ParameterizedTest(name = "-Dtest.seed={0}")
    @MethodSource("seeds")
    void shouldFindExactlyThePlantedFaultsHoweverTheBytesArrive(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final Dialect dialect = random.nextBoolean() ? Dialect.WEFT : Dialect.BROADCAST;
        final boolean chunked = dialect == Dialect.WEFT || random.nextBoolean();
        final StringBuilder text = new StringBuilder();
        final StringBuilder frames = new StringBuilder();
        long sequence =
                dialect == Dialect.WEFT
                        ? random.nextLong(1, 2_000)
                        : EventText.FIRST_NUMBER + random.nextInt(2_000);
        final long first = sequence;
        long lost = 0;
        long repeated = 0;
        final int count = random.nextInt(1, 300);
        for (int i = 0; i < count; i++) {
            final int fault = i == 0 ? 99 : random.nextInt(100);
            if (fault == 0) {
                lost++;
                sequence++;
            } else if (fault == 1) {
                repeated++;
                sequence--;
            } else if (fault == 2) {
                frames.append(":\n\n");
            }
            final int padding = random.nextInt(5) == 0 ? random.nextInt(400) : 100;
            frames.append(
                    dialect == Dialect.WEFT
                            ? frame(sequence++, padding)
                            : peerFrame(random, sequence++, padding));
        }
        for (int from = 0;
                from < frames.length(); ) { // chunks that end anywhere, also inside a frame
            final int to = Math.min(frames.length(), from + random.nextInt(1, 2_000));
            final String piece = frames.substring(from, to);
            text.append(chunked ? chunk(piece) : piece);
            from = to;
        }
        final byte[] bytes =
                ((chunked ? HEAD : UNTIL_CLOSED) + text).getBytes(StandardCharsets.UTF_8);
        final FrameStream stream = new FrameStream(FrameNumber.of(dialect), first);
        for (int from = 0;
                from < bytes.length; ) { // reads that end anywhere, also inside a chunk's size
            final int length =
                    Math.min(
                            bytes.length - from,
                            random.nextInt(1, random.nextBoolean() ? 10 : 3_000));
            stream.accept(new UnsafeBuffer(bytes), from, length);
            from += length;
        }

        assertThat(stream.receivedCount()).isEqualTo(count);
        assertThat(stream.lostCount()).isEqualTo(lost);
        assertThat(stream.repeatedCount()).isEqualTo(repeated);
        assertThat(stream.nextSequence()).isEqualTo(sequence);
    }

    @Test
    void shouldRefuseAnAnswerThatIsNoStream() {
        final FrameStream stream = read(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");

        assertThat(stream.isOpen()).isFalse();
        assertThat(stream.trouble()).startsWith("unexpected answer");
    }

    private static FrameStream read(final long next, final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final FrameStream stream = new FrameStream(FrameNumber.of(Dialect.WEFT), next);
        stream.accept(new UnsafeBuffer(bytes), 0, bytes.length);
        return stream;
    }

    private static String frames(final long from, final long to) {
        final StringBuilder frames = new StringBuilder();
        for (long sequence = from; sequence <= to; sequence++) {
            frames.append(frame(sequence, 80));
        }
        return frames.toString();
    }

    private static String frame(final long sequence, final int padding) {
        return "id: "
                + sequence
                + "\ndata: {\"seq\":"
                + sequence
                + ",\"event\":{\"data\":\""
                + "y".repeat(padding)
                + "\"}}\n\n";
    }

    /** As nchan and better-sse write them: ids that say nothing about order, any fields before. */
    private static String peerFrame(
            final SplittableRandom random, final long number, final int padding) {
        return (random.nextBoolean() ? "event: message\n" : "")
                + "id: 1795181556:"
                + random.nextInt(100)
                + "\ndata: {\"type\":\"t\",\"data\":{\"n\":"
                + number
                + ",\"text\":\""
                + "y".repeat(padding)
                + "\"}}\n\n";
    }

    private static String chunk(final String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }
}

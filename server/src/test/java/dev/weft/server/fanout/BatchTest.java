package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.harness.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchTest {
    private static final Filter STEPS =
            Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.prefix("step."))));

    private final Fabric fabric = new Fabric(1 << 20);
    private final Batch batch = new Batch(UnpooledByteBufAllocator.DEFAULT, new FramePlan());

    private static final long NOTHING_MATCHES = 86;
    private static final String DATA = "\",\"data\":";

    @ParameterizedTest
    @EnumSource
    void shouldWriteTheGoldenBytes(final Framing framing) {
        final BlockFlyweight block =
                fabric.block(
                        99,
                        List.of(
                                "{\"type\":\"a\",\"id\":\"x\",\"data\":1}",
                                "{\"type\":\"b.c\",\"id\":\"y\"}"));
        final String first =
                "{\"seq\":99,\"event\":{\"id\":\"x\",\"ts\":1700000000000001,\"type\":\"a\","
                        + "\"category\":\"system\",\"data\":1}}";
        final String second =
                "{\"seq\":100,\"event\":{\"id\":\"y\",\"ts\":1700000000000002,\"type\":\"b.c\","
                        + "\"category\":\"system\"}}";
        final String firstPayload = "{\"event\":\"a\",\"id\":99,\"data\":1}";
        final String secondPayload = "{\"event\":\"b.c\",\"id\":100,\"data\":{}}";
        final String expected =
                switch (framing) {
                    case SSE -> "id: 99\ndata: " + first + "\n\nid: 100\ndata: " + second + "\n\n";
                    case SSE_NAMED ->
                            "event: a\nid: 99\ndata: "
                                    + first
                                    + "\n\nevent: b.c\nid: 100\ndata: "
                                    + second
                                    + "\n\n";
                    case NDJSON -> first + "\n" + second + "\n";
                    case WEBSOCKET ->
                            "\u0081"
                                    + (char) first.length()
                                    + first
                                    + "\u0081"
                                    + (char) second.length()
                                    + second;
                    case SSE_PAYLOAD, SSE_AGUI -> "id: 99\ndata: 1\n\nid: 100\ndata: {}\n\n";
                    case SSE_PAYLOAD_NAMED ->
                            "event: a\nid: 99\ndata: 1\n\nevent: b.c\nid: 100\ndata: {}\n\n";
                    case NDJSON_PAYLOAD -> firstPayload + '\n' + secondPayload + '\n';
                    case WEBSOCKET_PAYLOAD ->
                            "\u0081"
                                    + (char) firstPayload.length()
                                    + firstPayload
                                    + "\u0081"
                                    + (char) secondPayload.length()
                                    + secondPayload;
                };
        assertThat(
                        batch.begin(Filter.ALL, framing, false)
                                .append(block, 0, 2, 1 << 20, Batch.ALWAYS))
                .isEqualTo(2);
        assertThat(new String(take(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .isEqualTo(expected);
    }

    @Seeded(value = 50, always = NOTHING_MATCHES)
    void shouldWriteJustTheMatchingEventsInEveryFraming(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<String> events = new ArrayList<>();
        for (int i = 1 + random.nextInt(60); i > 0; i--) {
            events.add(AnyEvent.json(random));
        }
        final long first = 1 + random.nextLong(1L << random.nextInt(1, 50));
        final BlockFlyweight block = fabric.block(first, events);
        final Filter filter = random.nextBoolean() ? STEPS : Filter.ALL;
        final List<String> envelopes = new ArrayList<>();
        final List<String> payloads = new ArrayList<>();
        for (int i = 0; i < block.count(); i++) {
            if (filter.isAll() || events.get(i).startsWith("{\"type\":\"step.")) {
                envelopes.add(envelope(block, i));
                payloads.add(payload(envelope(block, i)));
            }
        }
        for (final Framing framing : Framing.values()) {
            batch.begin(filter, framing, random.nextBoolean());
            int from = 0;
            while (from
                    < block.count()) { // in pieces: a batch may be short, and so may a part of a
                // block
                final int to = from + 1 + random.nextInt(block.count() - from);
                batch.append(block, from, to, 1 + random.nextInt(1 << 16), Batch.ALWAYS);
                assertThat(batch.scannedTo()).isGreaterThan(from).isLessThanOrEqualTo(to);
                from = batch.scannedTo();
            }
            assertThat(batch.eventCount()).isEqualTo(envelopes.size());
            if (envelopes.isEmpty()) {
                assertThat(batch.take()).isNull();
                continue;
            }
            final byte[] bytes = take();
            assertThat(Wire.envelopes(framing, Wire.unchunk(bytes)))
                    .as(framing.name())
                    .isEqualTo(framing.isPayload() ? payloads : envelopes);
        }
    }

    @Test
    void shouldStopBeforeTheEventThatDoesNotFit() {
        final BlockFlyweight block =
                fabric.block(
                        1,
                        List.of(
                                "{\"type\":\"a\"}",
                                "{\"type\":\"a\"}",
                                "{\"type\":\"a\"}",
                                "{\"type\":\"a\"}"));
        final int frame = block.frameLength(0);
        batch.begin(Filter.ALL, Framing.SSE, false);
        assertThat(batch.append(block, 0, 4, 2 * frame + 1, Batch.ALWAYS)).isEqualTo(2);
        assertThat(batch.scannedTo()).isEqualTo(2);
        assertThat(batch.append(block, 2, 4, 1, Batch.ALWAYS)).as("one at least").isEqualTo(1);
        assertThat(take()).hasSize(3 * frame);
    }

    @Test
    void shouldKeepNothingOfABlockThatWasOverwritten() {
        final BlockFlyweight good = fabric.block(1, List.of("{\"type\":\"a\"}"));
        final BlockFlyweight torn = fabric.block(2, List.of("{\"type\":\"b\"}"));
        batch.begin(Filter.ALL, Framing.SSE, true);
        batch.append(good, 0, 1, 1 << 20, Batch.ALWAYS);
        final int[] looks = {0};
        assertThat(batch.append(torn, 0, 1, 1 << 20, () -> looks[0]++ == 0)).isEqualTo(Batch.TORN);
        assertThat(looks[0]).as("looked before and after the copy").isEqualTo(2);
        assertThat(batch.append(torn, 0, 1, 1 << 20, () -> false)).isEqualTo(Batch.TORN);
        assertThat(Wire.envelopes(Framing.SSE, Wire.unchunk(take())))
                .containsExactly(envelope(good, 0));
    }

    @Test
    void shouldNeverLeaveTheBlockWhenItsDescriptorsAreGarbage() {
        final SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 2_000; round++) {
            final BlockFlyweight block =
                    fabric.block(1, List.of("{\"type\":\"step.a\"}", "{\"type\":\"b\"}"));
            final byte[] bytes = block.buffer().byteArray();
            for (int i = dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
                    i < bytes.length;
                    i++) {
                if (random.nextInt(8) == 0) {
                    bytes[i] = (byte) random.nextInt();
                }
            }
            for (final Framing framing : Framing.values()) {
                batch.begin(random.nextBoolean() ? STEPS : Filter.ALL, framing, false);
                assertThat(batch.append(block, 0, 2, 1 << 20, () -> false)).isEqualTo(Batch.TORN);
            }
        }
    }

    @Test
    void shouldGiveNothingWhenNothingMatched() {
        final BlockFlyweight block = fabric.block(1, List.of("{\"type\":\"a\"}"));
        batch.begin(STEPS, Framing.SSE, true);
        assertThat(batch.append(block, 0, 1, 1 << 20, Batch.ALWAYS)).isZero();
        assertThat(batch.take()).isNull();
    }

    private byte[] take() {
        final ByteBuf taken = java.util.Objects.requireNonNull(batch.take());
        final byte[] bytes = ByteBufUtil.getBytes(taken);
        taken.release();
        return bytes;
    }

    @Test
    void shouldAddNothingAfterTheLastEventThatIsWanted() {
        final Filter steps =
                STEPS.endingWith(
                        Ending.of("stream.complete", Map.of("step.b", "{}", "step.c", "{}")));
        final BlockFlyweight block =
                fabric.block(
                        1,
                        List.of(
                                "{\"type\":\"step.a\"}",
                                "{\"type\":\"step.c\"}",
                                "{\"type\":\"step.b\"}"));
        for (final Framing framing : Framing.values()) {
            batch.begin(steps, framing, false);
            assertThat(batch.append(block, 0, 1, 1 << 20, Batch.ALWAYS)).isEqualTo(1);
            assertThat(batch.hasEnded()).isFalse();
            assertThat(batch.append(block, 1, 3, 1 << 20, Batch.ALWAYS)).isEqualTo(1);
            assertThat(batch.end()).isEqualTo(1);
            assertThat(batch.scannedTo()).isEqualTo(2);
            assertThat(batch.append(block, 2, 3, 1 << 20, Batch.ALWAYS)).isZero();
            assertThat(Wire.envelopes(framing, take())).hasSize(2);
        }
    }

    /** What is left of an envelope when only its data is sent; data is the last member. */
    private static String payload(final String envelope) {
        final String sequence = envelope.substring(7, envelope.indexOf(','));
        final int at = envelope.indexOf(DATA); // quotes in texts before it are escaped
        return Wire.payload(
                sequence,
                at < 0 ? "{}" : envelope.substring(at + DATA.length(), envelope.length() - 2));
    }

    static String envelope(final BlockFlyweight block, final int index) {
        final byte[] frame = new byte[block.frameLength(index)];
        block.buffer().getBytes(block.frameOffset(index), frame);
        final String text = new String(frame, UTF_8);
        return text.substring(text.indexOf("\ndata: ") + 7, text.length() - 2);
    }
}

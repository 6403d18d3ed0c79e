package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.logging.LDLogger;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.harness.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * What we write is what others read: the standard's algorithm, and a client library that is not
 * ours.
 */
class SseOracleTest {
    @Seeded(40)
    void shouldBeReadByOthersAsItWasMeant(final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final Fabric fabric = new Fabric(1 << 16);
        final Framing framing = random.nextBoolean() ? Framing.SSE : Framing.SSE_NAMED;
        final List<String> json = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            json.add(AnyEvent.json(random));
        }
        final BlockFlyweight block = fabric.block(1 + random.nextLong(1L << 40), json);
        final Batch batch = new Batch(UnpooledByteBufAllocator.DEFAULT, new FramePlan());
        final ByteArrayOutputStream stream = new ByteArrayOutputStream();
        final List<SseParser.Event> expected = new ArrayList<>();
        stream.writeBytes(ControlFrames.retry(framing, 2_345));
        String lastId = "";
        for (int i = 0; i < block.count(); i++) {
            batch.begin(Filter.ALL, framing, false);
            if (random.nextInt(10) == 0) {
                batch.append(ControlFrames.gap(framing, 1, 2, 3));
                expected.add(
                        new SseParser.Event(
                                "weft.gap", "{\"from\":1,\"to\":2,\"oldest\":3}", lastId));
                batch.append(ControlFrames.keepAlive(framing));
            }
            batch.append(block, i, i + 1, 1, Batch.ALWAYS);
            lastId = Long.toString(block.firstSequence() + i);
            final String type = json.get(i).split("\"", 5)[3];
            expected.add(
                    new SseParser.Event(
                            framing == Framing.SSE ? "message" : type,
                            BatchTest.envelope(block, i),
                            lastId));
            final ByteBuf bytes = Objects.requireNonNull(batch.take());
            stream.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
        final SseParser parsed = SseParser.parse(stream.toByteArray());
        assertThat(parsed.retry()).isEqualTo("2345");
        assertThat(parsed.events()).isEqualTo(expected);
        assertThat(parsed.comments()).allMatch(String::isEmpty);
        assertThat(byLibrary(stream.toByteArray(), expected.size())).isEqualTo(expected);
    }

    private static List<SseParser.Event> byLibrary(final byte[] bytes, final int count)
            throws Exception {
        final List<SseParser.Event> events = new ArrayList<>();
        try (EventSource source = new EventSource.Builder(new Bytes(bytes)).build()) {
            source.start();
            while (events.size() < count) {
                final MessageEvent event = source.readMessage();
                events.add(
                        new SseParser.Event(
                                event.getEventName(),
                                event.getData(),
                                Objects.requireNonNullElse(event.getLastEventId(), "")));
            }
        }
        return events;
    }

    /** Connects the library to bytes in memory. */
    private static final class Bytes extends ConnectStrategy {
        private final byte[] bytes;

        Bytes(final byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public Client createClient(final LDLogger logger) {
            return new Client() {
                @Override
                public Result connect(final String lastEventId) {
                    return new Result(
                            new ByteArrayInputStream(bytes),
                            URI.create("mem:/"),
                            (Closeable) () -> {});
                }

                @Override
                public boolean awaitClosed(final long timeoutMillis) {
                    return true;
                }

                @Override
                public URI getOrigin() {
                    return URI.create("mem:/");
                }

                @Override
                public void close() {}
            };
        }
    }
}

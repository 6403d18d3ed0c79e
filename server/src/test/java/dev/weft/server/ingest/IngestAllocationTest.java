package dev.weft.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.harness.Allocation;
import dev.weft.server.harness.SilentExchange;
import dev.weft.server.sequencer.PendingAppend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Events of a body are parsed, checked, prepared and handed over without a byte of heap, however
 * the body is cut into reads. Publishes are answered at once here, by the thread that is measured.
 */
class IngestAllocationTest {
    private static final int LINES = 200;
    private static final int BODIES = 20;
    private static final int WINDOWS = 5;
    private static final int ARRAY_EVENTS = 500;
    private static final String EVENT =
            "{\"type\":\"step.finished\",\"category\":\"job\",\"subject\":\"job/7f3a91\",\"run_id\":\"r-17\",%s"
                    + "\"source\":{\"kind\":\"cdp\",\"metadata\":{\"a\":\"b\"}},\"message\":\"gr\\u00f6\\u00dfer als \\\"je\\\"\","
                    + "\"occurred_at\":\"2026-01-31T12:00:00.5Z\",\"data\":{ \"n\":12345, \"ratio\":0.25,\"text\":\"日本\"}}";

    private static ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    private final IngestLoop loop =
            new IngestLoop(
                    new IngestConfig(
                            EventRules.forCallers(List.of(), List.of()), false, 64, 8_000_000),
                    IngestAllocationTest::append,
                    (sequence, asking, receiver) -> false,
                    () -> {},
                    PooledByteBufAllocator.DEFAULT,
                    () -> 1_763_631_234_567L);

    /** Netty's samples of buffers that might leak are objects; the launcher turns them off, too. */
    @BeforeAll
    static void trackNoLeaks() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void trackLeaks() {
        ResourceLeakDetector.setLevel(level);
    }

    private static boolean append(final PendingAppend pending) {
        pending.complete(PendingAppend.Status.APPENDED);
        return true;
    }

    private static List<ByteBuf> pieces(final String body, final int length) {
        final byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        final List<ByteBuf> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += length) {
            pieces.add(Unpooled.wrappedBuffer(bytes, from, Math.min(length, bytes.length - from)));
        }
        return pieces;
    }

    private static String lines(final boolean withIds) {
        final StringBuilder body = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            body.append(EVENT.formatted(withIds ? "\"id\":\"caller-" + i + "\"," : ""))
                    .append('\n');
        }
        return body.toString();
    }

    @ParameterizedTest
    @CsvSource({"65536,false", "8191,true", "300,false", "17,true"})
    void shouldAllocateNothingPerLine(final int pieceLength, final boolean withIds)
            throws Exception {
        onLoopThread(() -> publishLines(pieceLength, withIds));
    }

    private void publishLines(final int pieceLength, final boolean withIds) {
        final List<ByteBuf> pieces = pieces(lines(withIds), pieceLength);
        final LinePublication publication = new LinePublication(loop, new SilentExchange(), false);
        final long before = loop.counters().events();
        Allocation.awaitNone(
                BODIES,
                WINDOWS,
                () -> {
                    final long start = Allocation.bytes();
                    for (int i = 0; i < pieces.size(); i++) {
                        publication.onBytes(pieces.get(i).readerIndex(0));
                        loop.doWork();
                    }
                    return Allocation.bytes() - start;
                });
        assertThat(loop.counters().events() - before).isGreaterThan((long) BODIES * LINES);
        assertThat(loop.counters().rejectedLines()).isZero();
    }

    /**
     * What an array costs as a request is measured elsewhere; here, that its events cost nothing.
     */
    @Test
    void shouldAllocateNothingPerEventOfAnArray() throws Exception {
        final ByteBuf one = array(1);
        final ByteBuf many = array(ARRAY_EVENTS);
        onLoopThread(
                () ->
                        Allocation.awaitNone(
                                BODIES,
                                WINDOWS,
                                () -> publish(many, ARRAY_EVENTS) - publish(one, 1)));
    }

    /** Netty pools for its own threads only. */
    private static void onLoopThread(final Runnable work) throws Exception {
        final FutureTask<Void> task = new FutureTask<>(work, null);
        new FastThreadLocalThread(task).start();
        task.get();
    }

    private long publish(final ByteBuf body, final int count) {
        final SilentExchange exchange = new SilentExchange();
        final PublishOptions options = new PublishOptions();
        options.read(exchange, false);
        final Publication publication = loop.acquirePublication();
        final long before = loop.counters().events();
        publication.begin(exchange, options);
        final long start = Allocation.bytes();
        publication.onBytes(body.readerIndex(0));
        publication.onEnd();
        loop.doWork();
        final long allocated = Allocation.bytes() - start;
        assertThat(loop.counters().events() - before).isEqualTo(count);
        return allocated;
    }

    private static ByteBuf array(final int count) {
        final List<String> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(EVENT.formatted(""));
        }
        return Unpooled.wrappedBuffer(
                ("[" + String.join(",", events) + "]").getBytes(StandardCharsets.UTF_8));
    }
}

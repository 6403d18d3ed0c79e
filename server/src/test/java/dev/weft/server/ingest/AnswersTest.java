package dev.weft.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.harness.SilentExchange;
import dev.weft.server.sequencer.PendingAppend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final IngestLoop loop =
            new IngestLoop(
                    new IngestConfig(
                            EventRules.forCallers(List.of(), List.of()), false, 64, 8_000_000),
                    AnswersTest::append,
                    (sequence, asking, receiver) -> false,
                    () -> {},
                    allocator,
                    () -> 1_763_631_234_567L);

    private static boolean append(final PendingAppend pending) {
        pending.complete(PendingAppend.Status.APPENDED);
        return true;
    }

    @Test
    void shouldHoldNoBufferOnceItIsClosed() {
        final LinePublication publication = new LinePublication(loop, new SilentExchange(), false);
        final ByteBuf body =
                Unpooled.wrappedBuffer("{\"type\":\"a\"}\n".getBytes(StandardCharsets.UTF_8));
        publication.onBytes(body);
        loop.doWork();
        publication.onEnd();
        loop.doWork();
        assertThat(allocator.metric().usedHeapMemory()).as("kept for the next answer").isPositive();
        loop.onClose();
        loop.onClose();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }
}

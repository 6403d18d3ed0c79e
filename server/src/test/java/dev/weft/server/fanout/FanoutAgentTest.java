package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.frame.Framing;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FanoutAgentTest {
    /** Has no buffers when the test says so. */
    private static final class Allocator extends AbstractByteBufAllocator {
        private int allocations;
        private int failing = -1;

        @Override
        protected ByteBuf newHeapBuffer(final int initial, final int max) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initial, max);
        }

        @Override
        protected ByteBuf newDirectBuffer(final int initial, final int max) {
            if (allocations++ == failing) {
                throw new OutOfMemoryError("no buffers are left");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initial, max);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    private final Fabric fabric = new Fabric(1 << 20);
    private final Allocator allocator = new Allocator();
    private final FanoutAgent fanout =
            new FanoutAgent(fabric.ring(), allocator, fabric::timeUs, latency -> {});
    private final Receiver first = new Receiver();
    private final Receiver second = new Receiver();

    private void join(final Receiver receiver, final Filter filter) {
        assertThat(fanout.join(receiver, filter, Framing.SSE, true, fanout.nextSequence()))
                .isEqualTo(FanoutAgent.Join.JOINED);
    }

    @Test
    void shouldSendEveryoneToCatchUpWhereHeStoodWhenEncodingFails() {
        join(first, Filter.ALL);
        join(second, Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.exact("a")))));
        fabric.publish("{\"type\":\"a\"}");
        assertThat(fanout.doWork()).isEqualTo(1);
        fabric.publish("{\"type\":\"a\"}");
        fabric.publish("{\"type\":\"a\"}");
        allocator.failing = allocator.allocations + 1; // the first group has its batch already
        assertThatThrownBy(fanout::doWork).isInstanceOf(OutOfMemoryError.class);
        assertThat(first.left).containsExactly("LAPPED 2");
        assertThat(second.left).containsExactly("LAPPED 2");
        assertThat(fanout.nextSequence()).isEqualTo(4);
        assertThat(fanout.doWork()).isZero();

        join(first, Filter.ALL);
        fabric.publish("{\"type\":\"a\"}");
        assertThat(fanout.doWork()).isEqualTo(1);
        assertThat(first.delivered).as("batches").isEqualTo(2);
        assertThat(second.delivered).isEqualTo(1);
    }

    @Test
    void shouldLetOnlyTheMemberGoThatCannotBeServed() {
        join(first, Filter.ALL);
        join(second, Filter.ALL);
        first.throwing = true;
        fabric.publish("{\"type\":\"a\"}");
        assertThat(fanout.doWork()).isEqualTo(1);
        fabric.publish("{\"type\":\"a\"}");
        assertThat(fanout.doWork()).isEqualTo(1);
        assertThat(first.left).containsExactly("FAILED 2");
        assertThat(second.left).isEmpty();
        assertThat(second.delivered).isEqualTo(2);
    }
}

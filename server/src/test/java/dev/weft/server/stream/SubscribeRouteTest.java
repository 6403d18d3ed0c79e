package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.Problem;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.harness.SilentExchange;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.replay.CatchUp;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SubscribeRouteTest {
    private final Fabric fabric = new Fabric(1 << 20);
    private final FailingAllocator allocator = new FailingAllocator();
    private final StreamConfig config = StreamConfig.defaults(Set.of("system"));
    private final SubscriberSlots slots = new SubscriberSlots(100);
    private final StreamLoop loop =
            TestStreams.loop(
                    fabric,
                    TestStreams.fanout(fabric),
                    new CatchUp(fabric.journal(), UnpooledByteBufAllocator.DEFAULT, 100),
                    allocator,
                    slots);
    private final SubscribeRoute route = new SubscribeRoute(loop, config);

    @Test
    void shouldGiveTheSlotBackOfAClientThatGoesWhileItWaits() {
        final List<Request> requests = new ArrayList<>();
        for (int i = 0; i < Arrivals.OPENINGS_PER_CYCLE_MAX + 2; i++) {
            requests.add(new Request());
            route.handle(requests.get(i));
        }
        final Request gone = requests.get(Arrivals.OPENINGS_PER_CYCLE_MAX);
        final Request last = requests.get(Arrivals.OPENINGS_PER_CYCLE_MAX + 1);
        assertThat(gone.stream).as("waits").isNull();
        assertThat(gone.isRead).as("nothing further is read from it").isFalse();
        assertThat(slots.used()).isEqualTo(requests.size());
        gone.isGone = true;
        loop.doWork();
        assertThat(slots.used()).isEqualTo(requests.size() - 1);
        assertThat(last.stream).as("the next one").isNotNull();
        assertThat(loop.counters().subscribers(SubscriberState.CATCHING_UP).get())
                .isEqualTo(requests.size() - 1);
    }

    @Test
    void shouldTellAClientToComeAgainWhenItsStreamCannotBeOpened() {
        final List<Request> requests = new ArrayList<>();
        for (int i = 0; i < Arrivals.OPENINGS_PER_CYCLE_MAX + 2; i++) {
            allocator.failures = i == 0 ? 1 : 0;
            requests.add(new Request());
            route.handle(requests.get(i));
        }
        allocator.failures = 1; // for the first one that waits
        loop.doWork();
        final Request waited = requests.get(Arrivals.OPENINGS_PER_CYCLE_MAX);
        for (final Request request : requests) {
            if (request == requests.get(0) || request == waited) {
                assertThat(request.stream).isNull();
                assertThat(request.refusal).startsWith("503").contains("Retry-After: ");
            } else {
                assertThat(request.stream).isNotNull();
            }
        }
        assertThat(slots.used()).isEqualTo(requests.size() - 2);
        assertThat(loop.counters().subscribers(SubscriberState.CATCHING_UP).get())
                .isEqualTo(requests.size() - 2);
    }

    @Test
    void shouldGiveTheSlotBackOfAStreamThatCannotBegin() {
        final Request broken = new Request();
        broken.isBroken = true;
        route.handle(broken);
        assertThat(broken.channel.isOpen()).isFalse();
        assertThat(slots.used()).isZero();
        assertThat(loop.counters().subscribers(SubscriberState.CATCHING_UP).get()).isZero();
        route.handle(new Request());
        assertThat(slots.used()).isEqualTo(1);
    }

    /** A GET without parameters, whose client may go away before the answer. */
    private static final class Request extends SilentExchange {
        private final EmbeddedChannel channel = new EmbeddedChannel();
        private boolean isGone;
        private boolean isBroken;
        private String refusal = "";
        private boolean isRead = true;
        private @Nullable StreamHandler stream;

        Request() {
            super(HttpMethod.GET, "/events/stream");
        }

        @Override
        public void stream(final ByteBuf head, final StreamHandler handler) {
            head.release();
            if (isBroken) {
                throw new IllegalStateException("no stream can begin here");
            }
            if (isGone) { // as the interface says
                handler.onClose(channel());
            } else {
                stream = handler;
            }
        }

        @Override
        public void readBody(final boolean wanted) {
            isRead = wanted;
        }

        @Override
        public Channel channel() {
            return channel;
        }

        @Override
        public void onBody(final BodyConsumer consumer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void respond(
                final int status,
                final @Nullable CharSequence contentType,
                final ByteBuf body,
                final @Nullable CharSequence headerLines) {
            throw new AssertionError(status);
        }

        @Override
        public void respond(final Problem problem, final @Nullable String headerLines) {
            refusal = problem.status() + " " + headerLines;
        }
    }
}

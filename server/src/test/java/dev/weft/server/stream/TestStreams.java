package dev.weft.server.stream;

import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Set;

/** Streams over a fabric as tests make them, to be driven by hand. */
final class TestStreams {
    private TestStreams() {}

    static FanoutAgent fanout(final Fabric fabric) {
        return new FanoutAgent(
                fabric.ring(), UnpooledByteBufAllocator.DEFAULT, fabric::timeUs, latency -> {});
    }

    /** Catch-up whose clock is that of the fabric. */
    static CatchUp catchUp(
            final Fabric fabric, final int subscribersMax, final long chunksLengthMax) {
        return new CatchUp(
                fabric.journal(),
                UnpooledByteBufAllocator.DEFAULT,
                subscribersMax,
                chunksLengthMax,
                () -> fabric.timeUs() * 1_000);
    }

    static StreamLoop loop(
            final Fabric fabric, final CatchUp catchUp, final SubscriberSlots slots) {
        return loop(fabric, fanout(fabric), catchUp, UnpooledByteBufAllocator.DEFAULT, slots);
    }

    static StreamLoop loop(
            final Fabric fabric,
            final FanoutAgent fanout,
            final CatchUp catchUp,
            final ByteBufAllocator allocator,
            final SubscriberSlots slots) {
        return new StreamLoop(
                fanout,
                catchUp,
                fabric.journal(),
                allocator,
                StreamConfig.defaults(Set.of("system")),
                slots,
                fabric::timeUs);
    }

    /** Opens a stream whose client reads nothing yet. */
    static FakeSocket open(final StreamLoop loop, final Subscription wish) {
        return open(loop, loop.begin(wish), true);
    }

    static FakeSocket open(
            final StreamLoop loop, final Beginning beginning, final boolean chunked) {
        final Subscriber subscriber = loop.subscribe(beginning, chunked);
        final FakeSocket socket = new FakeSocket(subscriber);
        subscriber.onOpen(socket);
        return socket;
    }
}

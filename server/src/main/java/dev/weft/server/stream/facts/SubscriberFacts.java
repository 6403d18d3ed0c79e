package dev.weft.server.stream.facts;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say about one subscriber at one moment. Times in microseconds since the epoch.
 *
 * @param remote address of the client, or where its connection is from.
 * @param since when it subscribed.
 * @param cursor first sequence that it was not sent; what its filter or policy leaves out counts as
 *     sent.
 * @param lagEvents appended and not looked at for it, matching or not.
 * @param lagUs age of the oldest of them; negative if nothing near it was read yet.
 * @param pendingBytes written and not taken by the socket.
 * @param stallAt when the socket last took no more, 0 for never.
 * @param stallLengthUs how long that lasted; negative if it still does.
 * @param caughtUpFor why it last had to catch up.
 * @param caughtUpAt when that was.
 */
public record SubscriberFacts(
        long id,
        SubscriberState state,
        Policy policy,
        Filter filter,
        Framing framing,
        @Nullable String remote,
        long since,
        long cursor,
        long lagEvents,
        long lagUs,
        long pendingBytes,
        long stallAt,
        long stallLengthUs,
        Transition caughtUpFor,
        long caughtUpAt) {
    /**
     * Bytes that were written to a channel and not taken by its socket. Thread: the channel's loop.
     */
    public static long pendingBytes(final Channel channel) {
        final ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null
                ? 0
                : pending.totalPendingWriteBytes() - pending.currentProgress(); // of one buffer
    }

    /** Address of a channel's client as text, null if it is gone. */
    public static @Nullable String remote(final Channel channel) {
        final SocketAddress remote = channel.remoteAddress();
        if (remote == null) {
            return null;
        }
        return remote instanceof InetSocketAddress internet
                ? NetUtil.toSocketAddressString(internet)
                : remote.toString();
    }
}

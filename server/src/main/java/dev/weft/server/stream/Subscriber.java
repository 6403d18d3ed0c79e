package dev.weft.server.stream;

import dev.weft.protocol.frame.ChunkedTransfer;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Member;
import dev.weft.server.fanout.Policy;
import dev.weft.server.fanout.Seat;
import dev.weft.server.http.Exchange;
import dev.weft.server.stream.facts.SubscriberFacts;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import dev.weft.server.stream.replay.Behind;
import dev.weft.server.stream.replay.ReplayRequest;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's way through the journal: a cursor and a state. All of it runs on the I/O loop of
 * its channel. What it costs while it is idle is this object and its seat: buffers exist only while
 * something is on the way, and they are shared or bounded by the channel's water marks and one
 * chunk.
 */
final class Subscriber implements Member, Behind, Exchange.StreamHandler {
    /**
     * Bytes waiting in the channel at which it counts as writable again, and as not writable. Those
     * of a live one are shared with its group, those of one that catches up are its own.
     */
    private static final WriteBufferWaterMark LIVE_MARK =
            new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final WriteBufferWaterMark CATCH_UP_MARK =
            new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    /** Bytes that a client may send on a stream that goes one way. */
    private static final int INBOUND_LENGTH_MAX = 64 * 1024;

    /** Chunks like the last one that it must be behind for the next one to be read ahead. */
    private static final int CHUNKS_AHEAD_MIN = 4;

    private static final int CLOSE_TIME_MAX_S = 3;

    /** The same for what is left to be sent of a stream that ends by itself. */
    private static final int END_TIME_MAX_S = 30;

    /** No such number. */
    private static final long UNKNOWN = -1;

    private final StreamLoop loop;
    private final long id;
    private final long since; // microseconds since the epoch, as all of these times
    private final boolean chunked;
    private final Framing framing;
    private final Filter filter;
    private final Policy policy;
    private final Seat seat = new Seat();
    private final Pauses pauses = new Pauses();
    private SubscriberState state = SubscriberState.CATCHING_UP;
    private @Nullable Channel channel; // null until the head is written
    private @Nullable Start start; // still to be resolved on the replay thread
    private byte @Nullable [] firstFrame; // a reset that is told before anything else
    private @Nullable ReplayRequest request; // while catching up
    private long cursor;
    private int end; // number of the last event that its filter wants, once it has got that
    private boolean hasSlot = true; // until it is closed
    private boolean inFlight; // the request is with the replay thread
    private boolean later; // in the loop's list for its next tick
    private boolean planned; // in the loop's list of subscribers to go on with
    private Transition caughtUpFor = Transition.SUBSCRIBED;
    private long caughtUpAt;
    private long readTimestamp = UNKNOWN; // of the last event that the replay thread came to
    private long stretchDueUs; // does not change while it is paced
    private boolean isPaced; // in the loop's queue of those
    private int inboundLength;

    // For KeepAlive.
    int bucket;
    int bucketIndex = -1;
    int lastFrameTick;

    /**
     * Makes a subscriber whose head is still to be written.
     *
     * @param id its number.
     */
    Subscriber(
            final StreamLoop loop,
            final long id,
            final Beginning beginning,
            final boolean chunked) {
        this.loop = loop;
        this.id = id;
        since = loop.timeUs();
        caughtUpAt = since;
        final Subscription wish = beginning.wish();
        filter = wish.filter();
        framing = wish.framing();
        policy = wish.policy();
        this.chunked = chunked;
        cursor = beginning.cursor();
        start = beginning.open();
        firstFrame = beginning.firstFrame();
        end = beginning.end();
        loop.counters().onState(state, state, Transition.SUBSCRIBED);
    }

    /** Its number, by which others know it. */
    long id() {
        return id;
    }

    SubscriberState state() {
        return state;
    }

    /** First sequence it has not got; of a live one, that of its loop's fan-out. */
    long cursor() {
        return state == SubscriberState.LIVE ? loop.fanout().cursor(this) : cursor;
    }

    Framing framing() {
        return framing;
    }

    // ---- what the connection tells

    @Override
    public void onOpen(final Channel opened) {
        channel = opened;
        try {
            begin(opened);
        } catch (final RuntimeException | OutOfMemoryError ex) {
            loop.onFailed(this, ex);
        }
    }

    private void begin(final Channel opened) {
        opened.config().setWriteBufferWaterMark(CATCH_UP_MARK);
        loop.add(this);
        lastFrameTick = loop.keepAlive().tick();
        if (framing.isWebSocket()) {
            WebSocketInbound.install(opened, this);
        }
        final byte[] frame = firstFrame;
        if (frame != null) {
            firstFrame = null;
            send(loop.encode(frame, framing, chunked));
        } else {
            opened.flush(); // the head, at once
        }
        loop.advance(this);
    }

    @Override
    public void onWritabilityChanged(final Channel changed) {
        pauses.onWritabilityChanged(changed.isWritable(), loop.timeUs());
        if (state == SubscriberState.CATCHING_UP && changed.isWritable()) {
            loop.plan(this);
        }
    }

    @Override
    public void onInbound(final Channel source, final ByteBuf bytes) {
        if (framing.isWebSocket()) { // read before the frame decoder was in place
            source.pipeline().fireChannelRead(bytes.retain());
            return;
        }
        inboundLength += bytes.readableBytes();
        if (inboundLength > INBOUND_LENGTH_MAX) {
            close(Transition.INBOUND_FLOOD, null);
        }
    }

    @Override
    public void onClose(final Channel closed) {
        leave(Transition.CLIENT_GONE);
        if (hasSlot) {
            hasSlot = false;
            loop.release();
        }
    }

    // ---- what the fan-out tells

    @Override
    public boolean deliver(final ByteBuf batch, final boolean isLast) {
        final Channel current = channel;
        if (isLast || current == null || state == SubscriberState.CLOSED) {
            final boolean isLate = mustWait(); // before: some transports write a moment later
            return send(batch) && !isLate;
        }
        current.write(batch, current.voidPromise());
        return true;
    }

    @Override
    public void onLeft(final long firstMissing, final LeaveReason reason) {
        cursor = firstMissing;
        if (state != SubscriberState.LIVE) {
            return;
        }
        if (reason == LeaveReason.FAILED) {
            close(Transition.DELIVERY_FAILED, null); // it comes back and says what it has
            return;
        }
        state(
                SubscriberState.CATCHING_UP,
                reason == LeaveReason.LAPPED ? Transition.LAPPED : Transition.NOT_WRITABLE);
        loop.onBehind(cursor);
        final Channel current = channel;
        if (current != null && current.isWritable()) {
            loop.plan(this);
        }
    }

    @Override
    public void onEnded(final long next, final int number) {
        cursor = next;
        end = number;
        if (state != SubscriberState.LIVE) {
            return;
        }
        state(SubscriberState.CATCHING_UP, Transition.ENDED);
        final Channel current = channel;
        if (current != null && current.isWritable()) {
            loop.plan(this);
        }
    }

    @Override
    public Seat seat() {
        return seat;
    }

    // ---- what its loop does with it

    /**
     * Takes the next step on the way to live: joins, or gets what the ring still has, or asks the
     * replay thread.
     *
     * @return true if there is more to do at once.
     */
    boolean advance() {
        final Channel current = channel;
        if (state != SubscriberState.CATCHING_UP
                || inFlight
                || current == null
                || !current.isWritable()
                || waitsForRoom()) {
            return false; // someone else's move: the fan-out's, the replay thread's or the client's
        }
        if (end != Ending.NONE) {
            complete();
            return false;
        }
        if (start != null) {
            ask();
            return false;
        }
        if (join()) {
            return false;
        }
        final long next =
                policy.isAll()
                        ? loop.encodeBehind(cursor, filter, framing, chunked)
                        : FanoutAgent.LAPPED;
        if (next < 0) {
            askInTime();
            return false;
        }
        cursor = next;
        final int events = loop.batch().eventCount();
        end = loop.batch().end();
        final ByteBuf bytes = loop.takeBehind();
        if (bytes != null) {
            final int length = bytes.readableBytes();
            send(bytes);
            loop.fanout().counters().onDelivered(events, length, 1);
        }
        // Tried again at once: by the next duty cycle the fan-out would be ahead again.
        return current.isWritable() && (end != Ending.NONE || !join());
    }

    /** Too much was handed out that is not written, and some of that is its. */
    private boolean mustWait() {
        final Channel current = channel;
        return loop.fanout().isShort()
                && current != null
                && SubscriberFacts.pendingBytes(current) > 0;
    }

    /** The same, and it is looked after again later. */
    private boolean waitsForRoom() {
        if (mustWait()) {
            loop.planLater(this);
            return true;
        }
        return false;
    }

    /** The hand-over: from the cursor on the fan-out's group delivers, or nothing changes. */
    private boolean join() {
        if (!loop.join(this, filter, framing, chunked, policy, cursor)) {
            return false;
        }
        request = null;
        state(SubscriberState.LIVE, Transition.CAUGHT_UP);
        return true;
    }

    @Override
    public void onReplayed(final ReplayRequest answer) {
        try {
            take(answer);
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            loop.onFailed(this, ex);
        }
    }

    private void take(final ReplayRequest answer) {
        inFlight = false;
        final ByteBuf chunk = answer.takeChunk();
        if (state != SubscriberState.CATCHING_UP) {
            if (chunk != null) {
                chunk.release();
            }
            return;
        }
        if (answer.hasFailed()) {
            close(Transition.REPLAY_FAILED, null);
            return;
        }
        if (chunk != null && answer.isStretchThrough()) {
            stretchDueUs = loop.timeUs() + policy.intervalUs();
        }
        start = null;
        cursor = answer.cursor();
        end = answer.end();
        readTimestamp = answer.timestamp();
        if (chunk != null) {
            final int length = chunk.readableBytes();
            final int events = answer.eventCount();
            askAhead(events); // the answer is the next question then
            send(chunk);
            loop.fanout().counters().onDelivered(events, length, 1);
        }
        loop.advance(this);
    }

    /**
     * Asks for the next chunk before this one is written, so that the replay thread reads while the
     * loop writes. Not when what is missing may soon be in the ring, nor when others might miss the
     * bytes.
     *
     * @param events in this chunk.
     */
    private void askAhead(final int events) {
        final Channel current = channel;
        if (policy.isAll()
                && end == Ending.NONE
                && current != null
                && current.isWritable()
                && !mustWait()
                && loop.mayReadAhead()
                && loop.fanout().nextSequence() - cursor > (long) CHUNKS_AHEAD_MIN * events) {
            ask();
        }
    }

    /** Asks, but for the newest events not before an interval has passed since the last ones. */
    private void askInTime() {
        if (policy.isAll()) {
            ask();
        } else if (!isPaced) {
            if (isStretchDue(loop.timeUs())) {
                ask();
            } else {
                isPaced = true;
                loop.pace(this);
            }
        }
    }

    /** Its next stretch is due. */
    void onStretchDue() {
        isPaced = false;
        loop.plan(this);
    }

    /** When it may be sent the next of the newest events while it catches up. */
    long stretchDueUs() {
        return stretchDueUs;
    }

    boolean isStretchDue(final long nowUs) {
        return nowUs >= stretchDueUs || stretchDueUs - nowUs > Policy.INTERVAL_US_MAX;
    }

    private void ask() {
        ReplayRequest current = request;
        if (current == null) {
            current = new ReplayRequest(this, loop, filter, framing, chunked, policy);
            request = current;
        }
        current.want(start, cursor);
        inFlight = loop.ask(this, current);
    }

    void keepAlive() {
        final Channel current = channel;
        if (state != SubscriberState.CLOSED && current != null && current.isWritable()) {
            send(KeepAliveFrames.of(framing, chunked));
            loop.counters().keepAlives.increment();
        }
    }

    /**
     * To be called once a tick.
     *
     * @param othersWait whether others wait for the bytes that wait for it.
     * @param oldest first sequence that the journal has: bytes from before that may lie in a file
     *     whose space on disk is free only when nobody holds them.
     */
    void closeIfStalled(final boolean othersWait, final long oldest) {
        final Channel current = channel;
        final boolean isMissed = othersWait || (cursor <= oldest && oldest > 1);
        if (state != SubscriberState.CATCHING_UP
                || current == null
                || !isMissed
                || (current.isWritable() && !mustWait())) {
            pauses.forgetTicks();
        } else if (pauses.isTooLong(SubscriberFacts.pendingBytes(current))) {
            close(Transition.STALLED, null);
        }
    }

    boolean markLater(final boolean isLater) {
        final boolean before = later;
        later = isLater;
        return before;
    }

    boolean markPlanned(final boolean isPlanned) {
        final boolean before = planned;
        planned = isPlanned;
        return before;
    }

    /** Ends it because the server stops: tells when to come back, then closes. */
    void drain() {
        if (framing.isWebSocket()) {
            close(Transition.DRAINED, WebSocketFrames.close(WebSocketFrames.GOING_AWAY));
        } else {
            final byte[] stop = ControlFrames.stop(framing, loop.retryMs());
            final ByteBuf last = loop.encode(stop, framing, chunked);
            close(Transition.DRAINED, chunked ? withLastChunk(last) : last);
        }
    }

    /** Ends it because it has got its last event: says so if the event does not, then closes. */
    private void complete() {
        final Ending ending = Objects.requireNonNull(filter.ending());
        final ByteBuf said =
                ending.isTold()
                        ? loop.encode(
                                ControlFrames.end(framing, ending.name(), ending.value(end)),
                                framing,
                                chunked)
                        : Unpooled.EMPTY_BUFFER;
        final ByteBuf last =
                framing.isWebSocket()
                        ? Unpooled.wrappedBuffer(
                                said, WebSocketFrames.close(WebSocketFrames.NORMAL))
                        : chunked ? withLastChunk(said) : said;
        close(Transition.ENDED, last, END_TIME_MAX_S);
    }

    private static ByteBuf withLastChunk(final ByteBuf bytes) {
        return Unpooled.wrappedBuffer(bytes, WebSocketFrames.ascii(ChunkedTransfer.LAST_CHUNK));
    }

    /**
     * Ends it and closes the connection.
     *
     * @param last bytes to send before, or null.
     */
    void close(final Transition reason, final @Nullable ByteBuf last) {
        close(reason, last, CLOSE_TIME_MAX_S);
    }

    private void close(
            final Transition reason, final @Nullable ByteBuf last, final int timeMaxSeconds) {
        final Channel current = channel;
        if (state == SubscriberState.CLOSED || current == null) {
            if (last != null) {
                last.release();
            }
            leave(reason);
            return;
        }
        leave(reason);
        if (last == null) {
            current.close();
        } else {
            current.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
            // A client that does not read would keep the connection for ever.
            current.eventLoop().schedule(() -> current.close(), timeMaxSeconds, TimeUnit.SECONDS);
        }
    }

    /** Writes a frame of its own, such as a pong. Takes it over. */
    void sendControl(final ByteBuf frame) {
        if (state != SubscriberState.CLOSED && channel != null && channel.isWritable()) {
            send(frame);
        } else {
            frame.release(); // who floods a socket that it does not read gets no answers
        }
    }

    private boolean send(final ByteBuf bytes) {
        final Channel current = channel;
        if (current == null || state == SubscriberState.CLOSED) {
            bytes.release();
            return false;
        }
        lastFrameTick = loop.keepAlive().tick();
        current.write(bytes, current.voidPromise());
        current.flush();
        return current.isWritable();
    }

    private void leave(final Transition reason) {
        if (state == SubscriberState.CLOSED) {
            return;
        }
        loop.fanout().leave(this);
        loop.remove(this);
        final ReplayRequest current = request;
        if (current != null) {
            current.cancel();
            request = null;
        }
        state(SubscriberState.CLOSED, reason);
    }

    /**
     * What there is to say about it now.
     *
     * @param head newest sequence appended.
     */
    SubscriberFacts facts(final long head) {
        final Channel current = channel;
        final long now = loop.timeUs();
        final long next = cursor();
        final long lag = Math.max(0, head - next + 1);
        return new SubscriberFacts(
                id,
                state,
                policy,
                filter,
                framing,
                current == null ? null : SubscriberFacts.remote(current),
                since,
                next,
                lag,
                lag == 0 ? 0 : lagUs(next, now),
                current == null ? 0 : SubscriberFacts.pendingBytes(current),
                pauses.lastAt(now),
                pauses.lastLengthUs(now),
                caughtUpFor,
                caughtUpAt);
    }

    private long lagUs(final long next, final long now) {
        final long inRing = loop.fanout().timestamp(next);
        final long timestamp = inRing < 0 ? readTimestamp : inRing;
        return timestamp < 0 ? UNKNOWN : Math.max(0, now - timestamp);
    }

    /** The one way to change the state. */
    private void state(final SubscriberState next, final Transition reason) {
        loop.counters().onState(state, next, reason);
        if (next == SubscriberState.CATCHING_UP) {
            caughtUpFor = reason;
            caughtUpAt = loop.timeUs();
        }
        state = next;
        final Channel current = channel;
        if (current != null && next != SubscriberState.CLOSED) {
            current.config()
                    .setWriteBufferWaterMark(
                            next == SubscriberState.LIVE ? LIVE_MARK : CATCH_UP_MARK);
        }
    }
}

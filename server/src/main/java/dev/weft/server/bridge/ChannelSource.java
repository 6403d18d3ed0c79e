package dev.weft.server.bridge;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventName;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.Fabric.Outcome;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.plan.ChannelPattern;
import dev.weft.server.bridge.valkey.ValkeyClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Messages of channels become events, best effort: channels keep nothing, so what is said while
 * nobody is connected, or while there is no room, is lost. That it was is told in an event {@code
 * bridge.gap}. Thread: {@code weft-valkey-sub}; messages are received by one of the library's.
 */
final class ChannelSource implements Life.Session {
    static final String SOURCE_EVENT = "valkey.channel";

    /** What waits to be published, at most. */
    static final int MESSAGES_MAX = 32_768;

    static final long LENGTH_MAX = 32L << 20;

    private static final long WAIT_MS = 250;
    private static final long TOLD_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    /** One message as it was received. */
    private static final class Message {
        private final String pattern;
        private final String channel;
        private final byte[] payload;

        private Message(final String pattern, final String channel, final byte[] payload) {
            this.pattern = pattern;
            this.channel = channel;
            this.payload = payload;
        }
    }

    private final ValkeyClient client;
    private final BridgePlan.Channels plan;
    private final String bridge;
    private final PartStatus status;
    private final EventMapper mapper;
    private final Publisher publisher;
    private final ArrayBlockingQueue<Message> waiting = new ArrayBlockingQueue<>(MESSAGES_MAX);
    private final AtomicLong waitingLength = new AtomicLong();
    private final EventBatch batch = new EventBatch();
    private final String run = Long.toString(UUID.randomUUID().getMostSignificantBits() >>> 1, 36);
    private long number; // of the last message
    private long lostTold;
    private long toldNs = System.nanoTime() - TOLD_EVERY_NS;
    private @Nullable Instant awaySince; // null before the first connection and while connected

    ChannelSource(
            final ValkeyClient client,
            final Fabric fabric,
            final String bridge,
            final BridgePlan.Channels plan,
            final EventRules rules,
            final PartStatus status) {
        this.client = client;
        this.plan = plan;
        this.bridge = bridge;
        this.status = status;
        mapper = new EventMapper(bridge, plan.mapping(), SOURCE_EVENT, rules);
        publisher = new Publisher(fabric, mapper, status);
    }

    @Override
    public void run(final Life life) throws FabricException {
        try (StatefulRedisPubSubConnection<byte[], byte[]> connection = client.openChannels()) {
            connection.addListener(new Receiver());
            connection
                    .sync()
                    .psubscribe(
                            plan.patterns().stream()
                                    .map(each -> each.toString().getBytes(StandardCharsets.UTF_8))
                                    .toArray(byte[][]::new));
            life.running();
            final Instant since = awaySince;
            if (since != null) {
                tell(
                        "messages may be missing: there was no connection",
                        ",\"reason\":\"disconnected\",\"from\":\""
                                + since
                                + "\",\"to\":\""
                                + Instant.now()
                                + '"',
                        life);
            }
            awaySince = Instant.now(); // as long as this goes on, it is the last moment known
            follow(connection, life);
        }
    }

    private void follow(
            final StatefulRedisPubSubConnection<byte[], byte[]> connection, final Life life)
            throws FabricException {
        while (!life.isEnding()) {
            if (connection.isOpen()) {
                awaySince = Instant.now();
            }
            final Message first = poll();
            if (first != null) {
                take(first, life);
            } else if (!connection.isOpen()) {
                throw new FabricException("the connection of the channels broke", false);
            }
            tellLost(life);
        }
    }

    private @Nullable Message poll() {
        try {
            return waiting.poll(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Publishes a message and all that wait behind it, as far as they go into one batch. */
    private void take(final Message first, final Life life) throws FabricException {
        batch.clear();
        for (Message message = first;
                message != null;
                message = batch.isFull() ? null : waiting.poll()) {
            waitingLength.addAndGet(-message.payload.length);
            number++;
            final EventName name =
                    new EventName(bridge + ':' + run + ':' + number, "", message.channel, "");
            if (!mapper.message(name, captures(message), message.payload, batch)) {
                status.rejected.increment();
            }
        }
        publish(life);
        status.passed.add(batch.count());
    }

    private List<String> captures(final Message message) {
        for (final ChannelPattern pattern : plan.patterns()) {
            if (pattern.toString().equals(message.pattern)) {
                final List<String> captures = pattern.captures(message.channel);
                return captures == null ? List.of() : captures;
            }
        }
        return List.of();
    }

    /** Its ids make a repetition harmless, so an answer that did not come is asked for again. */
    private void publish(final Life life) throws FabricException {
        while (publisher.publish(batch, life, () -> true) == Outcome.UNCLEAR) {
            status.waits.increment();
            life.pause();
        }
    }

    private void tellLost(final Life life) throws FabricException {
        final long lost = status.lost.get();
        if (lost > lostTold && System.nanoTime() - toldNs > TOLD_EVERY_NS) {
            toldNs = System.nanoTime();
            tell(
                    "messages are missing: they came faster than they could be published",
                    ",\"reason\":\"overflow\",\"lost\":" + (lost - lostTold),
                    life);
            lostTold = lost;
        }
    }

    private void tell(final String message, final String members, final Life life)
            throws FabricException {
        batch.clear();
        number++;
        mapper.tell(
                "bridge.gap",
                new EventName(bridge + ':' + run + ':' + number, "", "", ""),
                message,
                members,
                batch);
        publish(life);
    }

    /** Puts messages into the queue, or counts them. Thread: the library's. */
    private final class Receiver extends RedisPubSubAdapter<byte[], byte[]> {
        @Override
        public void message(final byte[] pattern, final byte[] channel, final byte[] payload) {
            if (waitingLength.get() + payload.length > LENGTH_MAX
                    || !waiting.offer(
                            new Message(
                                    new String(pattern, StandardCharsets.UTF_8),
                                    new String(channel, StandardCharsets.UTF_8),
                                    payload))) {
                status.lost.increment();
                return;
            }
            waitingLength.addAndGet(payload.length);
        }
    }
}

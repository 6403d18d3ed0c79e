package dev.weft.server.bridge;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.Fabric.Outcome;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.valkey.EntryId;
import dev.weft.server.bridge.valkey.GroupLock;
import dev.weft.server.bridge.valkey.StreamInfo;
import dev.weft.server.bridge.valkey.ValkeyClient;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Entries of streams become events, each exactly once and in the order of its stream.
 *
 * <p>An entry is acknowledged when its event is in the journal. What was read and not acknowledged,
 * by this bridge or by one that is no more, is claimed when a session begins. Whether it is in the
 * journal already, the journal says: its newest event of a stream names the last entry that was
 * bridged, and those before it were bridged before. One bridge at a time has the group, see {@link
 * GroupLock}. Thread: {@code weft-valkey-in}.
 */
final class StreamSource implements Life.Session {
    static final String SOURCE_EVENT = "valkey.stream";

    private static final long STANDBY_MS = 500;
    private static final long WAIT_MS = 250; // bounds a stop, too
    private static final String START = "0-0";

    private final ValkeyClient client;
    private final Fabric fabric;
    private final BridgePlan.Streams plan;
    private final String bridge;
    private final PartStatus status;
    private final EventMapper mapper;
    private final Publisher publisher;
    private final List<StreamKey> keys = new ArrayList<>();
    private final EventBatch batch = new EventBatch();
    private final ReadSize size = new ReadSize();
    private @Nullable RedisFuture<List<Object>> acknowledgement; // on its way

    StreamSource(
            final ValkeyClient client,
            final Fabric fabric,
            final String bridge,
            final BridgePlan.Streams plan,
            final EventRules rules,
            final PartStatus status) {
        this.client = client;
        this.fabric = fabric;
        this.plan = plan;
        this.bridge = bridge;
        this.status = status;
        mapper = new EventMapper(bridge, plan.mapping(), SOURCE_EVENT, rules);
        publisher = new Publisher(fabric, mapper, status);
        plan.keys().forEach(key -> keys.add(new StreamKey(bridge, key)));
    }

    @Override
    public void run(final Life life) throws FabricException {
        final String holder = bridge + '-' + UUID.randomUUID();
        try (ValkeyConnection reading = client.open();
                ValkeyConnection control = client.open();
                GroupLock lock = new GroupLock(control, bridge, plan.group(), holder)) {
            while (!lock.acquire()) {
                life.standby("another bridge has the consumer group " + plan.group());
                life.sleep(STANDBY_MS);
                if (life.isEnding()) {
                    return;
                }
            }
            batch.clear();
            acknowledgement = null;
            final Turn turn = new Turn(life, lock, reading, control);
            for (final StreamKey key : keys) {
                turn.learn(key);
            }
            life.running();
            for (final StreamKey key : keys) {
                turn.claim(key);
            }
            turn.follow();
        }
    }

    /** One session: what it has in hand. */
    private final class Turn {
        private final Life life;
        private final GroupLock lock;
        private final ValkeyConnection reading;
        private final ValkeyConnection control;
        private boolean isOver;

        Turn(
                final Life life,
                final GroupLock lock,
                final ValkeyConnection reading,
                final ValkeyConnection control) {
            this.life = life;
            this.lock = lock;
            this.reading = reading;
            this.control = control;
        }

        private boolean isOver() {
            return isOver || life.isEnding() || !lock.isHeld();
        }

        /** Finds out how far a stream is bridged, and makes its group if there is none. */
        void learn(final StreamKey key) throws FabricException {
            final Origin origin = key.origin();
            final String newest = fabric.newestId(origin.text(), id -> origin.position(id) != null);
            final Origin.Position position =
                    newest == null
                            ? Origin.Position.START
                            : Objects.requireNonNull(origin.position(newest));
            final StreamInfo info = StreamInfo.of(control, key.bytes(), plan.group());
            if (info.isGroup()) {
                key.begin(position, info.delivered());
                return;
            }
            if (info.last().compareTo(position.entry()) < 0) {
                renew(key);
            } else {
                key.begin(position, position.entry());
            }
            info.makeGroup(control, key.bytes(), plan.group(), key.position().entry());
        }

        /** Another stream has the key now: its ids begin anew, so its events get other ids. */
        private void renew(final StreamKey key) throws FabricException {
            final String epoch = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
            key.begin(new Origin.Position(epoch, EntryId.NONE), EntryId.NONE);
            mapper.tell(
                    "bridge.reset",
                    key.name(EntryId.NONE),
                    "the stream is another one than before: it is bridged from its beginning",
                    "",
                    batch);
            flush();
        }

        /** Takes over what was handed out and not acknowledged. */
        void claim(final StreamKey key) throws FabricException {
            String from = START;
            do {
                final List<Object> answer =
                        control.call(
                                CommandType.EVAL,
                                lock.guarded(
                                        "XAUTOCLAIM",
                                        key.bytes(),
                                        plan.group(),
                                        bridge,
                                        0,
                                        from,
                                        "COUNT",
                                        size.count()));
                from = ValkeyConnection.text(answer.get(0));
                take(key, (List<?>) answer.get(1));
                flush();
            } while (!from.equals(START) && !isOver());
        }

        /** Reads what is new, the next answer while the events of the last one are published. */
        void follow() throws FabricException {
            RedisFuture<List<Object>> next = read();
            while (!isOver()) {
                final List<Object> answer = ValkeyConnection.await(next);
                if (ValkeyConnection.isNothing(answer)) {
                    await();
                    next = read();
                    continue;
                }
                next = read();
                for (final Object each : answer) {
                    final List<?> stream = (List<?>) each;
                    take(key((byte[]) stream.get(0)), (List<?>) stream.get(1));
                }
                flush();
            }
        }

        private RedisFuture<List<Object>> read() {
            final List<Object> names = new ArrayList<>();
            keys.forEach(key -> names.add(key.bytes()));
            return reading.send(
                    CommandType.EVAL,
                    lock.guarded(
                            "XREADGROUP",
                            "GROUP",
                            plan.group(),
                            bridge,
                            "COUNT",
                            Math.max(1, size.count() / keys.size()),
                            "STREAMS",
                            names,
                            keys.stream().map(key -> ">").toList()));
        }

        /** Waits for an entry, a bounded time. */
        private void await() {
            final List<Object> names = new ArrayList<>();
            keys.forEach(key -> names.add(key.bytes()));
            reading.call(
                    CommandType.XREAD,
                    "COUNT",
                    1,
                    "BLOCK",
                    WAIT_MS,
                    "STREAMS",
                    names,
                    keys.stream().map(key -> key.delivered().toString()).toList());
        }

        private StreamKey key(final byte[] name) {
            for (final StreamKey key : keys) {
                if (Arrays.equals(key.bytes(), name)) {
                    return key;
                }
            }
            throw new IllegalStateException("a stream that was not asked for");
        }

        private void take(final StreamKey key, final List<?> entries) throws FabricException {
            long length = 0;
            for (final Object each : entries) {
                if (!(each instanceof List<?> parts)) {
                    continue; // deleted meanwhile, and told so by older servers
                }
                final byte[] idBytes = (byte[]) parts.get(0);
                final EntryId id = EntryId.of(ValkeyConnection.text(idBytes));
                key.delivered(id);
                key.done().add(idBytes);
                if (!(parts.get(1) instanceof List<?> fields)) {
                    status.lost.increment(); // deleted before it was bridged
                } else if (key.isBridged(id)) {
                    status.repeated.increment();
                } else {
                    if (!mapper.entry(key.name(id), id, fields, batch)) {
                        status.rejected.increment();
                    }
                    key.position(new Origin.Position(key.position().epoch(), id));
                    length += length(fields);
                }
                if (batch.isFull()) {
                    flush();
                }
            }
            size.onRead(entries.size(), length);
        }

        private long length(final List<?> fields) {
            long length = 0;
            for (final Object field : fields) {
                length += ((byte[]) field).length;
            }
            return length;
        }

        /** Publishes what is in the batch, then acknowledges its entries. */
        private void flush() throws FabricException {
            if (isOver) {
                return;
            }
            if (batch.count() > 0) {
                final Outcome outcome = publisher.publish(batch, life, lock::isHeld);
                if (outcome == Outcome.UNCLEAR) {
                    throw new FabricException("the answer to a publish did not come", false);
                }
                if (outcome == Outcome.LATER) {
                    isOver = true; // the entries stay with the group
                    return;
                }
                status.passed.add(batch.count());
                batch.clear();
            }
            for (final StreamKey key : keys) {
                acknowledge(key);
            }
        }

        private void acknowledge(final StreamKey key) {
            if (key.done().isEmpty()) {
                return;
            }
            final RedisFuture<List<Object>> before = acknowledgement;
            if (before != null) {
                ValkeyConnection.await(before); // one at a time is on its way
            }
            acknowledgement =
                    control.send(
                            CommandType.XACK, key.bytes(), plan.group(), List.copyOf(key.done()));
            key.done().clear();
        }
    }
}

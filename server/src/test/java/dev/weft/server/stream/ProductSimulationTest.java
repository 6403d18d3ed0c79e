package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.SseParser;
import dev.weft.server.fanout.Term;
import dev.weft.server.harness.Seeded;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.sequencer.DuplicateScan;
import dev.weft.server.sequencer.DuplicateWindow;
import dev.weft.server.sequencer.ForceAgent;
import dev.weft.server.sequencer.LocalInbox;
import dev.weft.server.sequencer.PendingAppend.Status;
import dev.weft.server.sequencer.Publish;
import dev.weft.server.sequencer.Sequencer;
import dev.weft.server.sequencer.SequencerCounters;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The product without sockets and disk: publishers, sequencer, forcing, two I/O loops, the replay
 * thread and clients that come back, driven by hand in a random order, with frozen agents, laps,
 * clock steps, full disks, kills and power cuts. Afterwards the acknowledged events are in the
 * journal under the sequence that was told, none is there twice, and each client has seen an
 * ordered run in which nothing is missing that it was not told.
 */
class ProductSimulationTest {
    private static final int RING_CAPACITY = 1 << 20;
    private static final int STEPS = 3_000;
    private static final int DATA_LENGTH_MAX = 8_000;
    private static final int CLIENTS_MAX = 12;
    private static final long RESERVED = 1_000;
    private static final long START_US = 1_763_631_234_567_890L;
    private static final Filter RARE =
            Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.exact("rare"))));
    private static final Pattern GAP = Pattern.compile("\\{\"from\":(\\d+),\"to\":(\\d+),.*}");

    @Seeded(40)
    void shouldKeepItsPromises(final long seed) {
        final World world = new World(new SplittableRandom(seed));
        for (int i = 0; i < STEPS; i++) {
            world.step();
        }
        world.settle();
        world.check();
        world.end();
    }

    /** An event of a publisher. */
    private static final class Sent {
        final String id;
        final Publish publish;
        final int index;
        final boolean durable;
        boolean seen; // its outcome

        Sent(final String id, final Publish publish, final int index, final boolean durable) {
            this.id = id;
            this.publish = publish;
            this.index = index;
            this.durable = durable;
        }
    }

    /** What was told to a publisher. */
    private record Acknowledged(long sequence, boolean durable) {}

    /** One client over all its connections. */
    private static final class Client {
        final boolean isFiltered;
        final List<SseParser.Event> events = new ArrayList<>();
        @Nullable Subscriber subscriber;
        @Nullable FakeSocket socket;

        Client(final boolean isFiltered) {
            this.isFiltered = isFiltered;
        }

        /** Last id that arrived whole, as a browser keeps it. */
        String lastEventId() {
            String last = "";
            for (final SseParser.Event event : events) {
                last = event.type().equals("message") ? event.lastEventId() : last;
            }
            return last;
        }

        /** Ends the connection; what had arrived stays. */
        void cut() {
            final FakeSocket open = socket;
            final Subscriber current = subscriber;
            if (open == null || current == null) {
                return;
            }
            events.addAll(SseParser.parse(open.received()).events());
            open.close();
            current.onClose(open);
            socket = null;
            subscriber = null;
        }
    }

    private static final class World {
        private final SplittableRandom random;
        private final StreamConfig config = StreamConfig.defaults(Set.of("system"));
        private final SubscriberSlots slots = new SubscriberSlots(1_000);
        private final List<Client> clients = new ArrayList<>();
        private final List<Sent> sent = new ArrayList<>();
        private final Map<String, Acknowledged> acknowledged = new HashMap<>();
        private long clockUs = START_US;
        private int ids;

        // One life of the server.
        private MemoryJournal journal = new MemoryJournal();
        private LocalInbox inbox = new LocalInbox(64, () -> {}, () -> clockUs);
        private ForceAgent forcing = new ForceAgent(16, journal, SequencerCounters.NONE);
        private Sequencer sequencer = sequencer(new BlockRing(RING_CAPACITY, 1));
        private CatchUp catchUp = catchUp();
        private List<StreamLoop> loops = new ArrayList<>();
        private int frozen = -1; // the loop that does not run for now
        private boolean forceFrozen;

        World(final SplittableRandom random) {
            this.random = random;
            start(journal);
        }

        private void start(final MemoryJournal found) {
            journal = found;
            final BlockRing ring = new BlockRing(RING_CAPACITY, found.nextSequence());
            inbox = new LocalInbox(64, () -> {}, () -> clockUs);
            forcing = new ForceAgent(16, found, SequencerCounters.NONE);
            sequencer = sequencer(ring);
            catchUp = catchUp();
            loops = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                final FanoutAgent fanout =
                        new FanoutAgent(
                                ring,
                                UnpooledByteBufAllocator.DEFAULT,
                                () -> clockUs,
                                latency -> {});
                loops.add(
                        new StreamLoop(
                                fanout,
                                catchUp,
                                found,
                                UnpooledByteBufAllocator.DEFAULT,
                                config,
                                slots,
                                () -> clockUs));
            }
            frozen = -1;
            forceFrozen = false;
        }

        private CatchUp catchUp() {
            return new CatchUp(journal, UnpooledByteBufAllocator.DEFAULT, 1_024);
        }

        private Sequencer sequencer(final BlockRing ring) {
            final DuplicateWindow window = new DuplicateWindow(1);
            DuplicateScan.fill(window, journal);
            return new Sequencer(
                    inbox,
                    journal,
                    ring,
                    window,
                    forcing,
                    new Sequencer.Signals(() -> {}, () -> {}, () -> {}, () -> {}),
                    SequencerCounters.NONE);
        }

        void step() {
            clockUs += random.nextInt(2_000);
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> publish();
                case 4, 5, 6 -> sequencer.doWork();
                case 7, 8, 9, 10 -> runLoop(random.nextInt(loops.size()));
                case 11, 12 -> catchUp.doWork();
                case 13 -> {
                    if (!forceFrozen) {
                        forcing.doWork();
                    }
                }
                case 14 -> connect();
                case 15 -> client(client -> socket(client).stall());
                case 16 -> client(client -> socket(client).read(random.nextInt(200_000)));
                case 17 -> client(client -> socket(client).read(Long.MAX_VALUE / 4));
                case 18 -> client(client -> cutSometimes(client, 3));
                default -> trouble();
            }
            collect();
        }

        private void trouble() {
            switch (random.nextInt(12)) {
                case 0 -> journal.state(Journal.State.DISK_FULL);
                case 1, 2 -> journal.state(Journal.State.WRITABLE);
                case 3 -> journal.backPressured(true);
                case 4, 5 -> journal.backPressured(false);
                case 6 -> frozen = random.nextInt(-1, 2);
                case 7 -> forceFrozen = random.nextBoolean();
                case 8 -> clockUs += random.nextLong(-172_800_000_000L, 172_800_000_000L);
                case 9 -> {
                    if (random.nextInt(4) == 0) {
                        killed();
                    }
                }
                case 10 -> {
                    if (random.nextInt(8) == 0) {
                        powerCut();
                    }
                }
                default -> loops.get(random.nextInt(loops.size())).tick();
            }
        }

        private void runLoop(final int index) {
            if (index != frozen) {
                loops.get(index).doWork();
            }
        }

        /** New events, or again one whose answer never came, or did. */
        private void publish() {
            final boolean durable = random.nextInt(5) == 0;
            final Publish publish = durable ? Publish.durable() : Publish.journaled();
            final List<Sent> batch = new ArrayList<>();
            final int count = random.nextInt(1, 6);
            for (int i = 0; i < count; i++) {
                final boolean isAgain = ids > 0 && random.nextInt(6) == 0;
                final String id = "id-" + (isAgain ? random.nextInt(ids) : ids++);
                final String data = '"' + "d".repeat(random.nextInt(DATA_LENGTH_MAX)) + '"';
                publish.event(id, id.endsWith("7") ? "rare" : "usual", data);
                batch.add(new Sent(id, publish, i, durable));
            }
            if (inbox.offer(publish.pending())) {
                sent.addAll(batch);
            }
        }

        /** Publishers look what became of their publishes. */
        private void collect() {
            for (final Sent one : sent) {
                if (!one.seen && one.publish.outcome() != Status.PENDING) {
                    one.seen = true;
                    if (one.publish.outcome() == Status.APPENDED) {
                        final long sequence = one.publish.pending().sequence(one.index);
                        final Acknowledged before =
                                acknowledged.put(one.id, new Acknowledged(sequence, one.durable));
                        if (before != null) {
                            assertThat(sequence).as(one.id).isEqualTo(before.sequence());
                            if (before.durable()) {
                                acknowledged.put(one.id, before);
                            }
                        }
                    }
                }
            }
            sent.removeIf(one -> one.seen);
        }

        private void killed() {
            end();
            start(journal.restarted());
        }

        private void powerCut() {
            end();
            final long durable = journal.durableSequence();
            acknowledged
                    .values()
                    .removeIf(one -> !one.durable() && one.sequence() > durable); // as was promised
            start(journal.restartedWithoutPower(RESERVED));
            journal.state(Journal.State.WRITABLE);
            final Publish told = Publish.journaled().event("journal.recovered", "{}");
            assertThat(inbox.offer(told.pending())).isTrue();
            sequencer.doWork(); // before anybody else
        }

        private void end() {
            clients.forEach(Client::cut);
            catchUp.onClose();
            loops.forEach(StreamLoop::doWork); // gives back the memory of what was on its way
            sent.clear(); // never answered
        }

        private void connect() {
            final Client client;
            if (clients.size() < CLIENTS_MAX) {
                client = new Client(random.nextInt(4) == 0);
                clients.add(client);
            } else {
                client = clients.get(random.nextInt(clients.size()));
            }
            connect(client);
        }

        private void connect(final Client client) {
            if (client.socket != null) {
                return;
            }
            final String last = client.lastEventId();
            final StreamLoop loop = loops.get(random.nextInt(loops.size()));
            assertThat(loop.admit(() -> {})).isNotEqualTo(Admission.REFUSED);
            final Start start =
                    last.isEmpty()
                            ? new Start(Start.Kind.ALL, 0)
                            : new Start(Start.Kind.AFTER, Long.parseLong(last));
            final Subscriber subscriber =
                    loop.subscribe(
                            loop.begin(
                                    new Subscription(
                                            start,
                                            client.isFiltered ? RARE : Filter.ALL,
                                            Framing.SSE)),
                            false);
            client.subscriber = subscriber;
            client.socket = new FakeSocket(subscriber);
            subscriber.onOpen(client.socket);
        }

        private void client(final Consumer<Client> action) {
            final List<Client> open =
                    clients.stream().filter(client -> client.socket != null).toList();
            if (!open.isEmpty()) {
                action.accept(open.get(random.nextInt(open.size())));
            }
        }

        private void cutSometimes(final Client client, final int odds) {
            if (random.nextInt(odds) == 0) {
                client.cut();
            }
        }

        private static FakeSocket socket(final Client client) {
            if (client.socket == null) {
                throw new IllegalStateException("not connected");
            }
            return client.socket;
        }

        /** No more trouble; everybody comes back and everything runs until nothing is left. */
        void settle() {
            journal.state(Journal.State.WRITABLE);
            journal.backPressured(false);
            frozen = -1;
            clients.forEach(this::connect);
            clients.forEach(client -> socket(client).read(Long.MAX_VALUE / 4));
            int idle = 0;
            for (int round = 0; idle < 3; round++) {
                assertThat(round).as("it comes to rest").isLessThan(200_000);
                int workCount = sequencer.doWork() + forcing.doWork() + catchUp.doWork();
                for (final StreamLoop loop : loops) {
                    workCount += loop.doWork();
                }
                idle = workCount == 0 ? idle + 1 : 0;
            }
            collect();
            assertThat(sent).as("everything accepted was answered").isEmpty();
            clients.forEach(Client::cut);
        }

        void check() {
            final NavigableMap<Long, String> frames =
                    new TreeMap<>(); // the journal: data by sequence
            final Map<String, Long> places = new HashMap<>();
            final BlockFlyweight view = new BlockFlyweight();
            final JournalReader reader = journal.newReader();
            for (int found = reader.next(view);
                    found != JournalReader.END;
                    found = reader.next(view)) {
                for (int i = 0; found == JournalReader.BLOCK && i < view.count(); i++) {
                    final long sequence = view.firstSequence() + i;
                    final String frame = text(view, view.frameOffset(i), view.frameLength(i));
                    frames.put(
                            sequence,
                            frame.substring(frame.indexOf("data: ") + 6, frame.length() - 2));
                    if ((view.flags(i) & RecordDescriptor.FLAG_CALLER_ID) != 0) {
                        final String id =
                                text(
                                        view,
                                        view.fieldOffset(i, RecordDescriptor.ID_OFFSET),
                                        view.fieldLength(i, RecordDescriptor.ID_OFFSET));
                        assertThat(places.put(id, sequence)).as("twice: " + id).isNull();
                    }
                }
            }
            acknowledged.forEach((id, one) -> assertThat(places).containsEntry(id, one.sequence()));
            for (final Client client : clients) {
                check(client, frames);
            }
        }

        private static void check(final Client client, final NavigableMap<Long, String> frames) {
            long next = 1;
            for (final SseParser.Event event : client.events) {
                if (event.type().equals("weft.gap")) {
                    final Matcher gap = GAP.matcher(event.data());
                    assertThat(gap.matches()).as(event.data()).isTrue();
                    next = shouldHaveNone(client, frames, next, Long.parseLong(gap.group(1)));
                    next = Math.max(next, Long.parseLong(gap.group(2)) + 1);
                    continue;
                }
                assertThat(event.type()).as(event.lastEventId()).isEqualTo("message");
                final long sequence = Long.parseLong(event.lastEventId());
                assertThat(sequence).isGreaterThanOrEqualTo(next);
                next = shouldHaveNone(client, frames, next, sequence);
                final String data = frames.get(sequence);
                if (data != null) { // else a power cut took it after the client had seen it
                    assertThat(event.data()).isEqualTo(data);
                }
                next = sequence + 1;
            }
            shouldHaveNone(client, frames, next, Long.MAX_VALUE);
        }

        /** Between the two, the second excluded, the journal has nothing that the client wants. */
        private static long shouldHaveNone(
                final Client client,
                final NavigableMap<Long, String> frames,
                final long from,
                final long to) {
            if (from < to) {
                frames.subMap(from, to)
                        .forEach(
                                (sequence, data) ->
                                        assertThat(client.isFiltered && !isRare(data))
                                                .as("missing without a word: " + sequence)
                                                .isTrue());
            }
            return to;
        }

        private static boolean isRare(final String data) {
            return data.contains("\"type\":\"rare\"");
        }

        private static String text(final BlockFlyweight view, final int offset, final int length) {
            final byte[] bytes = new byte[length];
            view.buffer().getBytes(offset, bytes);
            return new String(bytes, UTF_8);
        }
    }
}

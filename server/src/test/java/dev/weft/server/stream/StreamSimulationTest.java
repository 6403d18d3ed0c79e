package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.AnyEvent;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.FanoutConfig;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;
import dev.weft.server.fanout.Term;
import dev.weft.server.fanout.Wire;
import dev.weft.server.harness.Seeded;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Two I/O loops, the replay thread and many clients, driven by hand in a random order: publishing,
 * stalling, being lapped, resuming, losing the oldest events. Each client must see an ordered run
 * of what its filter lets pass, without a hole that it was not told.
 */
class StreamSimulationTest {
    private static final int RING_CAPACITY = 1 << 18;
    private static final int STEPS = 1_500;
    private static final FanoutConfig MANY_TURNS = new FanoutConfig(1, 2, 2, 2, 10_000, 50_000);
    private static final List<Framing> FRAMINGS = // one ends where something is missing
            Stream.of(Framing.values()).filter(framing -> !framing.endsWithGap()).toList();
    private static final String END = "{\"stream.complete\":{\"by\":\"hello\"}}";
    private static final Filter ENDING_JOB =
            Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("job/other"))))
                    .endingWith(
                            Ending.of("stream.complete", Map.of("hello", "{\"by\":\"hello\"}")));
    private static final Pattern SEQUENCE = Pattern.compile("\\{\"seq\":(\\d+),.*", Pattern.DOTALL);
    private static final Pattern SUBJECT = Pattern.compile("\"subject\":\"([^\"]+)\"");
    private static final Pattern GAP =
            Pattern.compile("\\{\"weft.gap\":\\{\"from\":(\\d+),\"to\":(\\d+),\"oldest\":\\d+}}");

    @Seeded(12)
    void shouldShowEachClientARunWithoutHoles(final long seed) {
        final World world = new World(new SplittableRandom(seed));
        for (int i = 0; i < STEPS; i++) {
            world.step();
        }
        world.settle();
        world.check();
        world.catchUp.onClose();
    }

    /** One client and what it must see. */
    private static final class Client {
        private final Subscriber subscriber;
        private final FakeSocket socket;
        private final Filter filter;
        private final Framing framing;
        private final long first;
        private final boolean isLast;
        private final Policy policy;
        private final String firstItem;
        private boolean isGone;
        private boolean hasEnded; // with the last event that its filter wants

        Client(
                final Subscriber subscriber,
                final FakeSocket socket,
                final Subscription wish,
                final long first,
                final String firstItem) {
            this.subscriber = subscriber;
            this.socket = socket;
            this.filter = wish.filter();
            this.framing = wish.framing();
            this.first = first;
            this.policy = wish.policy();
            this.isLast = wish.start().kind() == Start.Kind.LAST;
            this.firstItem = firstItem;
        }
    }

    private static final class World {
        private final SplittableRandom random;
        private final Fabric fabric = new Fabric(RING_CAPACITY);
        private final CatchUp catchUp =
                new CatchUp(fabric.journal(), UnpooledByteBufAllocator.DEFAULT, 1_024);
        private final List<StreamLoop> loops = new ArrayList<>();
        private final List<Client> clients = new ArrayList<>();
        private final List<String> events = new ArrayList<>(); // by sequence - 1
        private final StreamConfig config =
                StreamConfig.defaults(Set.of("system", "job", "telemetry", "agent"));
        private final SubscriberSlots slots = new SubscriberSlots(1_000);

        World(final SplittableRandom random) {
            this.random = random;
            for (int i = 0; i < 2; i++) {
                final FanoutAgent fanout =
                        new FanoutAgent(
                                fabric.ring(),
                                UnpooledByteBufAllocator.DEFAULT,
                                fabric::timeUs,
                                latency -> {},
                                i == 0 ? FanoutConfig.DEFAULT : MANY_TURNS);
                loops.add(
                        new StreamLoop(
                                fanout,
                                catchUp,
                                fabric.journal(),
                                UnpooledByteBufAllocator.DEFAULT,
                                config,
                                slots,
                                fabric::timeUs));
            }
        }

        void step() {
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> publish();
                case 3, 4, 5 -> loop().doWork();
                case 6, 7 -> catchUp.doWork();
                case 8 -> subscribe();
                case 9 -> client(client -> client.socket.stall());
                case 10 -> client(client -> client.socket.read(random.nextInt(100_000)));
                case 11 -> client(client -> client.socket.read(Long.MAX_VALUE / 4));
                case 12 -> {
                    loop().tick();
                    clients.forEach(World::leaveIfClosed);
                }
                case 13 -> {
                    if (random.nextInt(6) == 0) {
                        client(
                                client -> {
                                    client.isGone = true;
                                    client.socket.close();
                                    client.subscriber.onClose(client.socket);
                                });
                    }
                }
                case 14 -> {
                    if (random.nextInt(40) == 0 && fabric.head() > 50) {
                        fabric.journal().trim(fabric.head() - random.nextInt(50));
                    }
                }
                default -> {
                    for (int i = random.nextInt(30); i > 0; i--) {
                        publish();
                    }
                }
            }
        }

        private void publish() {
            final List<String> block = new ArrayList<>();
            for (int i = random.nextInt(10) == 0 ? 100 : 1 + random.nextInt(5); i > 0; i--) {
                block.add(
                        random.nextInt(20) == 0
                                ? "{\"type\":\"step.big\",\"data\":\""
                                        + "x".repeat(random.nextInt(60_000))
                                        + "\"}"
                                : AnyEvent.json(random));
            }
            if (block.stream().mapToInt(String::length).sum()
                    < fabric.ring().blockLengthMax() / 2) {
                events.addAll(block);
                fabric.publish(block);
                if (random.nextInt(20) == 0) {
                    fabric.advanceTime(random.nextInt(200_000));
                }
            }
        }

        private StreamLoop loop() {
            return loops.get(random.nextInt(loops.size()));
        }

        private void client(final java.util.function.Consumer<Client> action) {
            if (!clients.isEmpty()) {
                final Client client = clients.get(random.nextInt(clients.size()));
                if (!client.isGone && !client.hasEnded) {
                    action.accept(client);
                }
            }
        }

        /** One that took nothing of what was deleted is closed; its end may be within a frame. */
        private static void leaveIfClosed(final Client client) {
            if (!client.isGone && !client.hasEnded && !client.socket.isOpen()) {
                client.subscriber.onClose(client.socket);
                client.hasEnded =
                        client.filter.ending() != null
                                && new String(client.socket.received(), UTF_8)
                                        .contains("stream.complete");
                client.isGone = !client.hasEnded;
            }
        }

        private void subscribe() {
            if (clients.size() > 60) {
                return;
            }
            final Filter filter =
                    switch (random.nextInt(5)) {
                        case 4 -> ENDING_JOB;
                        case 0 ->
                                Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.prefix("step."))));
                        case 1 ->
                                Filter.of(
                                        Map.of(
                                                Filter.Field.SUBJECT,
                                                        Set.of(
                                                                Term.exact("job/7f3a"),
                                                                Term.prefix("host/")),
                                                Filter.Field.CATEGORY, Set.of(Term.exact("job"))));
                        default -> Filter.ALL;
                    };
            final Framing framing = FRAMINGS.get(random.nextInt(FRAMINGS.size()));
            final long head = fabric.head();
            final long oldest = fabric.journal().oldestSequence();
            Start start = Start.HEAD;
            long first = head + 1;
            String firstItem = "";
            switch (random.nextInt(7)) {
                case 0 -> {
                    start = Start.ALL;
                    first = oldest;
                }
                case 1, 2 -> {
                    final long after = random.nextLong(head + 1);
                    start = new Start(Start.Kind.AFTER, after);
                    first = after + 1;
                }
                case 3 -> {
                    start = new Start(Start.Kind.AFTER, head + 1 + random.nextInt(3));
                    firstItem =
                            "{\"weft.reset\":{\"reason\":\""
                                    + ControlFrames.FUTURE
                                    + "\",\"head\":"
                                    + head
                                    + "}}";
                }
                case 4 -> {
                    final int count = 1 + random.nextInt(40);
                    start = new Start(Start.Kind.LAST, count);
                    first = lastMatch(filter, count, oldest, head);
                }
                default -> {}
            }
            final StreamLoop loop = loop();
            assertThat(loop.admit(() -> {})).isNotEqualTo(Admission.REFUSED);
            final Subscription wish =
                    new Subscription(
                            start,
                            filter,
                            framing,
                            filter.ending() == null ? policy() : Policy.ALL);
            final Subscriber subscriber =
                    loop.subscribe(
                            loop.begin(wish), !framing.isWebSocket() && random.nextBoolean());
            final FakeSocket socket = new FakeSocket(subscriber);
            if (random.nextInt(4) > 0) {
                socket.read(Long.MAX_VALUE / 4);
            }
            if (random.nextBoolean()) {
                loop().doWork(); // the connection may open later than it was asked for
                publish();
                loop.doWork();
            }
            subscriber.onOpen(socket);
            clients.add(new Client(subscriber, socket, wish, first, firstItem));
        }

        private Policy policy() {
            return switch (random.nextInt(6)) {
                case 0, 1 -> Policy.LATEST;
                case 2 -> Policy.sample(1 + random.nextInt(50));
                default -> Policy.ALL;
            };
        }

        private long lastMatch(
                final Filter filter, final int count, final long oldest, final long head) {
            int left = count;
            for (long sequence = head; sequence >= oldest; sequence--) {
                if (matches(filter, sequence) && --left == 0) {
                    return sequence;
                }
            }
            return oldest;
        }

        void settle() {
            for (final Client client : clients) {
                client.socket.read(Long.MAX_VALUE / 4);
            }
            int quiet = 0; // times in turn that nothing was left to do, though time passed
            for (int i = 0; quiet < 5; i++) {
                int work = catchUp.doWork();
                for (final StreamLoop loop : loops) {
                    work += loop.doWork();
                }
                if (work == 0) {
                    loops.forEach(StreamLoop::tick);
                }
                quiet = work == 0 ? quiet + 1 : 0;
                fabric.advanceTime(work == 0 ? Policy.INTERVAL_US_MAX : 0);
                assertThat(i).as("it comes to rest").isLessThan(1_000_000);
            }
        }

        void check() {
            for (final Client client : clients) {
                leaveIfClosed(client);
                check(client);
                if (!client.isGone && !client.hasEnded) {
                    assertThat(client.subscriber.state()).isEqualTo(SubscriberState.LIVE);
                    assertThat(client.socket.pendingBytes()).isZero();
                }
            }
            for (final StreamLoop loop : loops) {
                assertThat(loop.counters().replayRefused.get()).isZero();
            }
        }

        private void check(final Client client) {
            if (client.isGone) {
                return; // it may have ended within a frame
            }
            final List<String> items = items(client);
            long cursor = client.first;
            final Map<String, Long> newest = new HashMap<>(); // what the client shows
            int at = 0;
            if (!client.firstItem.isEmpty()) {
                assertThat(items).isNotEmpty();
                assertThat(items.get(at++)).isEqualTo(client.firstItem);
            }
            if (client.filter.ending() != null) {
                assertEnd(client, items);
            }
            final int count = items.size() - (client.hasEnded ? 1 : 0);
            for (; at < count; at++) {
                final String item = items.get(at);
                final Matcher gap = GAP.matcher(item);
                final long from;
                final long to;
                if (gap.matches()) {
                    from = Long.parseLong(gap.group(1));
                    to = Long.parseLong(gap.group(2));
                    assertThat(to)
                            .as("only what is trimmed")
                            .isLessThan(fabric.journal().oldestSequence());
                } else {
                    final Matcher event = SEQUENCE.matcher(item);
                    assertThat(event.matches()).as(item).isTrue();
                    from = Long.parseLong(event.group(1));
                    to = from;
                    assertThat(matches(client.filter, from)).as(item).isTrue();
                }
                assertThat(from)
                        .as("neither repeated nor out of order")
                        .isGreaterThanOrEqualTo(cursor);
                if (client.policy.isAll()) {
                    assertNothingMissed(client, cursor, from);
                } else if (gap.matches()) {
                    newest.values().removeIf(sequence -> sequence <= to);
                } else {
                    newest.put(name(client.policy, from), from);
                }
                cursor = to + 1;
            }
            if (client.policy.isAll()) {
                assertNothingMissed(client, cursor, client.hasEnded ? cursor : fabric.head() + 1);
            } else {
                assertNewest(client, newest);
            }
        }

        private static List<String> items(final Client client) {
            return Wire.envelopes(client.framing, Wire.unchunk(client.socket.received()));
        }

        /** Its last event is the first of such a type, and then the end is told, just once. */
        private void assertEnd(final Client client, final List<String> items) {
            final List<String> last = new ArrayList<>();
            for (final String item : items) {
                final Matcher event = SEQUENCE.matcher(item);
                if (event.matches() && isLast(Integer.parseInt(event.group(1)))) {
                    last.add(item);
                }
            }
            if (client.hasEnded) {
                assertThat(last).hasSize(1);
                assertThat(items).endsWith(last.get(0), END).containsOnlyOnce(END);
            } else {
                assertThat(last).isEmpty();
                assertThat(items).doesNotContain(END);
            }
        }

        private boolean isLast(final int sequence) {
            return events.get(sequence - 1).startsWith("{\"type\":\"hello\"");
        }

        /** What it shows in the end must be the newest of all that it may see. */
        private void assertNewest(final Client client, final Map<String, Long> shown) {
            final Map<String, Long> expected = new HashMap<>();
            final long oldest = fabric.journal().oldestSequence();
            for (long sequence = Math.max(client.first, oldest);
                    sequence <= fabric.head();
                    sequence++) {
                if (matches(client.filter, sequence)) {
                    expected.put(name(client.policy, sequence), sequence);
                }
            }
            if (client.isLast) {
                expected.values()
                        .retainAll(expected.values().stream().max(Long::compare).stream().toList());
            }
            assertThat(shown)
                    .as(client.policy + " " + client.filter)
                    .containsAllEntriesOf(expected);
        }

        private String name(final Policy policy, final long sequence) {
            if (policy.kind() == Policy.Kind.SAMPLE) {
                return "";
            }
            final String event = events.get((int) sequence - 1);
            final Matcher subject = SUBJECT.matcher(event);
            return subject.find()
                    ? "subject " + subject.group(1)
                    : "type " + event.substring(0, event.indexOf('"', 9));
        }

        private void assertNothingMissed(final Client client, final long from, final long end) {
            // The last n are those of the moment when they are looked for.
            final long oldest = client.isLast ? fabric.journal().oldestSequence() : 0;
            for (long sequence = Math.max(from, oldest); sequence < end; sequence++) {
                assertThat(matches(client.filter, sequence))
                        .as("missed " + sequence + " of " + client.filter + " " + client.framing)
                        .isFalse();
            }
        }

        /** Our own idea of a match, from the text that was published. */
        private boolean matches(final Filter filter, final long sequence) {
            final String event = events.get((int) sequence - 1);
            final String text = filter.toString();
            if (filter.isAll()) {
                return true;
            }
            if (filter.ending() != null) {
                return event.contains("\"subject\":\"job/other\"");
            }
            if (text.contains("step.")) {
                return event.startsWith("{\"type\":\"step.");
            }
            return event.contains("\"category\":\"job\"")
                    && (event.contains("\"subject\":\"job/7f3a\"")
                            || event.contains("\"subject\":\"host/"));
        }
    }
}

package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;
import dev.weft.server.fanout.Term;
import dev.weft.server.fanout.Wire;
import dev.weft.server.journal.Lease;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamLoopTest {
    private static final long ALL_BYTES = Long.MAX_VALUE / 4;

    private final Fabric fabric = new Fabric(1 << 20);
    private final CatchUp catchUp = narrow(8, CatchUp.CHUNKS_LENGTH_MAX);
    private final SubscriberSlots slots = new SubscriberSlots(2);
    private final StreamLoop loop = streams(catchUp);

    private StreamLoop streams(final CatchUp replay) {
        return streams(replay, slots);
    }

    private StreamLoop streams(final CatchUp replay, final SubscriberSlots taken) {
        return TestStreams.loop(fabric, replay, taken);
    }

    private CatchUp narrow(final int subscribersMax, final long budget) {
        return TestStreams.catchUp(fabric, subscribersMax, budget);
    }

    private FakeSocket open(final Start start) {
        return open(loop, start);
    }

    private static FakeSocket open(final StreamLoop streams, final Start start) {
        return open(streams, start, Policy.ALL);
    }

    private static FakeSocket open(
            final StreamLoop streams, final Start start, final Policy policy) {
        return open(
                streams, streams.begin(new Subscription(start, Filter.ALL, Framing.SSE, policy)));
    }

    private static FakeSocket open(final StreamLoop streams, final Beginning beginning) {
        return TestStreams.open(streams, beginning, true);
    }

    private void settle() {
        settle(loop, catchUp);
    }

    private static void settle(final StreamLoop streams, final CatchUp replay) {
        int work = 1;
        while (work > 0) {
            work = streams.doWork() + replay.doWork();
        }
    }

    private static List<Long> sequences(final FakeSocket socket) {
        return seen(socket).stream()
                .map(
                        text ->
                                Long.parseLong(
                                        text.substring("{\"seq\":".length(), text.indexOf(','))))
                .toList();
    }

    private static List<String> seen(final FakeSocket socket) {
        return Wire.envelopes(Framing.SSE, Wire.unchunk(socket.received()));
    }

    @Test
    void shouldTellTheGapWhenWhatWasAskedForIsTrimmed() {
        for (int i = 0; i < 10; i++) {
            fabric.publish("{\"type\":\"a\"}");
        }
        settle();
        fabric.journal().trim(8);
        final FakeSocket socket = open(new Start(Start.Kind.SINCE, 1));
        socket.read(ALL_BYTES);
        settle();
        assertThat(seen(socket)).hasSize(4);
        assertThat(seen(socket).get(0))
                .isEqualTo("{\"weft.gap\":{\"from\":1,\"to\":7,\"oldest\":8}}");
        assertThat(seen(socket).get(1)).startsWith("{\"seq\":8,");
    }

    @Test
    void shouldReplayJustTheNewestOfEachSubject() {
        for (int i = 0; i < 100; i++) {
            fabric.publish("{\"type\":\"a\",\"subject\":\"k/" + i % 7 + "\"}");
        }
        fabric.publish("{\"type\":\"a\"}");
        settle();
        final FakeSocket latest = open(loop, Start.ALL, Policy.LATEST);
        final FakeSocket sampled = open(loop, Start.ALL, Policy.sample(1));
        latest.read(ALL_BYTES);
        sampled.read(ALL_BYTES);
        settle();
        assertThat(sequences(latest)).containsExactly(94L, 95L, 96L, 97L, 98L, 99L, 100L, 101L);
        assertThat(sequences(sampled)).containsExactly(101L);
        fabric.publish("{\"type\":\"a\",\"subject\":\"k/1\"}");
        fabric.advanceTime(100_000);
        settle();
        assertThat(sequences(latest)).as("live").endsWith(102L);
    }

    @Test
    void shouldGiveAStalledClientTheNewestOnceItReadsAgain() {
        final FakeSocket socket = open(loop, Start.HEAD, Policy.LATEST);
        final String data = ",\"data\":\"" + "x".repeat(10_000) + "\"}";
        for (int i = 0; i < 500; i++) {
            fabric.publish("{\"type\":\"a\",\"subject\":\"k/" + i % 10 + '"' + data);
            fabric.advanceTime(100_000);
            settle();
            assertThat(socket.pendingBytes()).isLessThan(600L * 1024);
        }
        assertThat(loop.counters().transitions(Transition.NOT_WRITABLE).get()).isEqualTo(1);
        socket.read(ALL_BYTES);
        settle();
        final List<Long> seen = sequences(socket);
        assertThat(seen).isSorted().doesNotHaveDuplicates().hasSizeLessThan(60);
        assertThat(seen.subList(seen.size() - 10, seen.size()))
                .containsExactly(491L, 492L, 493L, 494L, 495L, 496L, 497L, 498L, 499L, 500L);
        assertThat(loop.counters().subscribers(SubscriberState.LIVE).get()).isEqualTo(1);
    }

    @Test
    void shouldTellTheGapAlsoToWhoWantsTheNewestOnly() {
        for (int i = 0; i < 10; i++) { // more than the ring holds
            fabric.publish("{\"type\":\"a\",\"data\":\"" + "x".repeat(150_000) + "\"}");
        }
        settle();
        fabric.journal().trim(8);
        final FakeSocket socket = open(loop, new Start(Start.Kind.AFTER, 2), Policy.LATEST);
        socket.read(ALL_BYTES);
        settle();
        assertThat(seen(socket).get(0))
                .isEqualTo("{\"weft.gap\":{\"from\":3,\"to\":7,\"oldest\":8}}");
        assertThat(seen(socket).get(1)).startsWith("{\"seq\":10,");
        assertThat(seen(socket)).hasSize(2);
    }

    @Test
    void shouldTellTheGapInTheMiddleOfWhatItLooksThroughForTheNewest() {
        for (int i = 1; i <= 10; i++) {
            fabric.publish("{\"type\":\"a\",\"subject\":\"k/" + i % 2 + "\"}");
        }
        pushOutOfTheRing();
        fabric.journal().damage(5);
        final FakeSocket socket = open(loop, Start.ALL, Policy.LATEST);
        socket.read(ALL_BYTES);
        settle();
        assertThat(seen(socket)).hasSize(6);
        assertThat(seen(socket).get(0)).startsWith("{\"seq\":3,");
        assertThat(seen(socket).get(1)).startsWith("{\"seq\":4,");
        assertThat(seen(socket).get(2))
                .isEqualTo("{\"weft.gap\":{\"from\":5,\"to\":5,\"oldest\":1}}");
        assertThat(seen(socket).get(3)).startsWith("{\"seq\":9,");
        assertThat(seen(socket).get(4)).startsWith("{\"seq\":10,");
        assertThat(seen(socket).get(5)).startsWith("{\"seq\":13,");
    }

    /** Three events of one subject, so long that the ring holds nothing from before them. */
    private void pushOutOfTheRing() {
        for (int i = 0; i < 3; i++) {
            fabric.publish(
                    "{\"type\":\"a\",\"subject\":\"k/last\",\"data\":\""
                            + "x".repeat(400_000)
                            + "\"}");
            settle();
        }
    }

    @Test
    void shouldTellTheGapWhenTheNewestWentAwayBeforeItWasRead() {
        final String data = ",\"data\":\"" + "x".repeat(200_000) + "\"}";
        for (int i = 1; i <= 4; i++) { // one fits into a chunk, and the next is looked at already
            fabric.publish("{\"type\":\"a\",\"subject\":\"k/" + i + '"' + data);
        }
        pushOutOfTheRing();
        final FakeSocket socket = open(loop, Start.ALL, Policy.LATEST);
        settle();
        fabric.journal().trim(4);
        socket.read(ALL_BYTES);
        settle();
        assertThat(seen(socket)).hasSize(5);
        assertThat(seen(socket).get(0)).startsWith("{\"seq\":1,");
        assertThat(seen(socket).get(1)).startsWith("{\"seq\":2,");
        assertThat(seen(socket).get(2))
                .isEqualTo("{\"weft.gap\":{\"from\":3,\"to\":3,\"oldest\":4}}");
        assertThat(seen(socket).get(3)).startsWith("{\"seq\":4,");
        assertThat(seen(socket).get(4)).startsWith("{\"seq\":7,");
    }

    @Test
    void shouldHaveItselfCalledWhenSomethingIsToGoOutLater() {
        final List<Long> delays = new ArrayList<>();
        final List<Runnable> tasks = new ArrayList<>();
        loop.wakeAfterBy(
                (task, delayUs) -> {
                    delays.add(delayUs);
                    tasks.add(task);
                    return new CompletableFuture<>();
                });
        final FakeSocket socket = open(loop, Start.HEAD, Policy.sample(10));
        socket.read(ALL_BYTES);
        fabric.publish("{\"type\":\"a\"}");
        settle();
        assertThat(delays).as("it went out at once").isEmpty();
        fabric.publish("{\"type\":\"a\"}");
        settle();
        fabric.publish("{\"type\":\"a\"}");
        settle();
        assertThat(delays).as("set once").hasSize(1);
        fabric.advanceTime(delays.get(0));
        tasks.get(0).run();
        settle();
        assertThat(sequences(socket)).containsExactly(1L, 3L);
        fabric.publish("{\"type\":\"a\"}");
        settle();
        assertThat(delays).hasSize(2);
    }

    @Test
    void shouldHoldALeaseFromTheMomentASubscriberFallsBehind() {
        final FakeSocket socket = open(Start.HEAD);
        final String event = "{\"type\":\"a\",\"data\":\"" + "x".repeat(10_000) + "\"}";
        long head = 0;
        while (loop.counters().transitions(Transition.NOT_WRITABLE).get() == 0) {
            assertThat(fabric.journal().leasedFrom()).as("live ones").isEqualTo(Lease.NONE);
            fabric.publish(event);
            head++;
            settle();
        }
        assertThat(fabric.journal().leasedFrom()).isLessThanOrEqualTo(head + 1);
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void shouldHoldALeaseFromTheMomentASubscriberAsksForWhatIsBehind() {
        for (int i = 0; i < 10; i++) {
            fabric.publish("{\"type\":\"a\"}");
        }
        pushOutOfTheRing();
        final FakeSocket socket =
                open(loop, new Start(Start.Kind.AFTER, 2), Policy.LATEST); // not from the ring
        assertThat(fabric.journal().leasedFrom()).as("before the read").isEqualTo(3);
        socket.read(ALL_BYTES);
        settle();
        loop.tick();
        assertThat(fabric.journal().leasedFrom()).as("live").isEqualTo(Lease.NONE);
    }

    @Test
    void shouldOpenOnlySoManyStreamsBeforeTheSocketsHaveTheirTurn() {
        final int count = 3 * Arrivals.OPENINGS_PER_CYCLE_MAX + 1;
        final StreamLoop crowded = streams(catchUp, new SubscriberSlots(count));
        final List<Integer> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int number = i;
            assertThat(crowded.admit(() -> opened.add(number)))
                    .isEqualTo(
                            i < Arrivals.OPENINGS_PER_CYCLE_MAX
                                    ? Admission.OPENED
                                    : Admission.WAITING);
        }
        assertThat(crowded.admit(() -> opened.add(-1))).as("no slot").isEqualTo(Admission.REFUSED);
        assertThat(opened).hasSize(Arrivals.OPENINGS_PER_CYCLE_MAX);
        for (int cycle = 2; cycle <= 3; cycle++) {
            assertThat(crowded.doWork()).isPositive();
            assertThat(opened).hasSize(cycle * Arrivals.OPENINGS_PER_CYCLE_MAX);
        }
        crowded.doWork();
        assertThat(opened).hasSize(count).isSorted();
        assertThat(crowded.counters().delayed.get())
                .isEqualTo(count - Arrivals.OPENINGS_PER_CYCLE_MAX);
        assertThat(crowded.counters().refused.get()).isEqualTo(1);
    }

    @Test
    void shouldRefuseWhenTooManyWaitToBeOpened() {
        final int room = Arrivals.OPENINGS_PER_CYCLE_MAX + Arrivals.WAITING_MAX;
        final SubscriberSlots many = new SubscriberSlots(2 * room);
        final StreamLoop crowded = streams(catchUp, many);
        for (int i = 0; i < room; i++) {
            assertThat(crowded.admit(() -> {})).isNotEqualTo(Admission.REFUSED);
        }
        assertThat(crowded.admit(() -> {})).isEqualTo(Admission.REFUSED);
        assertThat(many.used()).as("and no slot is lost").isEqualTo(room);
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, 0, '', '41'", // what is published while it waits
        "AFTER, 39, '', '40 41'",
        "LAST, 2, '', '39 40 41'",
        "LAST, 2, 'k/1', '37 39 41'", // found by the replay thread
        "AGO, 2500, '', '38 39 40 41'", // an event each millisecond
        "AFTER, 41, '', 'reset'", // not yet when it was asked for
        "SINCE, 1500, '', 'reset'"
    })
    void shouldBeginAStreamWhereItWasAskedForHoweverLongItWaits(
            final Start.Kind kind, final long value, final String subject, final String expected) {
        for (int i = 1; i <= 40; i++) {
            publishAMillisecondLater("k/" + i % 2);
        }
        final Filter filter =
                subject.isEmpty()
                        ? Filter.ALL
                        : Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact(subject))));
        final Beginning beginning =
                loop.begin(
                        new Subscription(
                                new Start(
                                        kind,
                                        kind == Start.Kind.SINCE ? fabric.timeUs() + value : value),
                                filter,
                                Framing.SSE));
        publishAMillisecondLater("k/1");
        fabric.advanceTime(10_000);
        final FakeSocket socket = open(loop, beginning);
        socket.read(ALL_BYTES);
        settle();
        if (expected.equals("reset")) {
            assertThat(seen(socket).get(0)).contains("\"reason\":\"future\",\"head\":40");
        } else {
            assertThat(sequences(socket))
                    .containsExactlyElementsOf(
                            Stream.of(expected.split(" ")).map(Long::valueOf).toList());
        }
    }

    private void publishAMillisecondLater(final String subject) {
        fabric.advanceTime(1_000);
        fabric.publish("{\"type\":\"a\",\"subject\":\"" + subject + "\"}");
        settle();
    }

    @Test
    void shouldBeginAlsoWhoWantsTheNewestOnlyWhereItWasAskedFor() {
        fabric.publish("{\"type\":\"a\",\"subject\":\"k/0\"}");
        settle();
        for (final Policy policy : List.of(Policy.LATEST, Policy.sample(1))) {
            final long before = fabric.journal().appendedSequence();
            final Beginning beginning =
                    loop.begin(new Subscription(Start.HEAD, Filter.ALL, Framing.SSE, policy));
            for (int i = 0; i < 10; i++) {
                fabric.publish("{\"type\":\"a\",\"subject\":\"k/" + i % 2 + "\"}");
            }
            settle();
            final FakeSocket socket = open(loop, beginning);
            socket.read(ALL_BYTES);
            settle();
            assertThat(sequences(socket))
                    .isEqualTo(
                            policy.equals(Policy.LATEST)
                                    ? List.of(before + 9, before + 10)
                                    : List.of(before + 10));
        }
    }

    @Test
    void shouldBoundWhatWaitsForAClientThatDoesNotRead() {
        final FakeSocket socket = open(Start.HEAD);
        final String event = "{\"type\":\"a\",\"data\":\"" + "x".repeat(10_000) + "\"}";
        long most = 0;
        for (int i = 0; i < 500; i++) {
            fabric.publish(event);
            settle();
            most = Math.max(most, socket.pendingBytes());
        }
        assertThat(most).isBetween(256L * 1024, 256L * 1024 + CatchUp.CHUNK_LENGTH_MAX);
        assertThat(loop.counters().transitions(Transition.NOT_WRITABLE).get()).isEqualTo(1);
        for (int i = 0; i < 60; i++) {
            socket.read(100_000);
            settle();
            assertThat(socket.pendingBytes())
                    .isLessThan(256L * 1024 + CatchUp.CHUNK_LENGTH_MAX + 64);
        }
        final List<String> seen = seen(socket);
        for (int i = 0; i < 500; i++) {
            assertThat(seen.get(i)).startsWith("{\"seq\":" + (i + 1) + ",");
        }
        assertThat(loop.counters().subscribers(SubscriberState.LIVE).get()).isEqualTo(1);
    }

    @Test
    void shouldReadOneChunkAheadOfTheOneThatIsWritten() {
        final String event = "{\"type\":\"a\",\"data\":\"" + "x".repeat(10_000) + "\"}";
        for (int i = 0; i < 500; i++) {
            fabric.publish(event);
            loop.doWork();
        }
        final FakeSocket socket = open(new Start(Start.Kind.SINCE, 1));
        settle();
        assertThat(socket.pendingBytes())
                .as("two chunks, but not more, although nothing is read")
                .isBetween(CatchUp.CHUNK_LENGTH_MAX + 1L, 2L * CatchUp.CHUNK_LENGTH_MAX + 64);
        for (int i = 0; i < 30; i++) {
            socket.read(CatchUp.CHUNK_LENGTH_MAX);
            settle();
            assertThat(socket.pendingBytes()).isLessThan(2L * CatchUp.CHUNK_LENGTH_MAX + 64);
        }
        final List<String> seen = seen(socket);
        assertThat(seen).hasSize(500);
        for (int i = 0; i < 500; i++) {
            assertThat(seen.get(i)).startsWith("{\"seq\":" + (i + 1) + ",");
        }
    }

    @Test
    void shouldEndOnlyTheStreamWhoseReadFails() {
        for (int i = 0; i < 10; i++) {
            fabric.publish("{\"type\":\"a\"}");
        }
        settle();
        for (final Supplier<Throwable> failure :
                List.<Supplier<Throwable>>of(
                        () -> new InternalError("a fault occurred in an unsafe memory access"),
                        () -> new OutOfMemoryError("no buffers are left"),
                        () -> new IllegalStateException("any other"))) {
            fabric.advanceTime(2_000_000);
            settle(); // what was read before is forgotten
            fabric.journal().nextReadFails(failure);
            final FakeSocket broken = open(new Start(Start.Kind.SINCE, 1));
            final FakeSocket socket = open(new Start(Start.Kind.SINCE, 1));
            socket.read(ALL_BYTES);
            settle();
            assertThat(broken.isOpen()).isFalse();
            assertThat(seen(socket)).hasSize(10);
            assertThat(fabric.journal().openReaders()).as("mappings").isEqualTo(1);
        }
        assertThat(loop.counters().transitions(Transition.REPLAY_FAILED).get()).isEqualTo(3);
    }

    @Test
    void shouldBoundWhatAllWhoDoNotReadHoldTogether() {
        final int budget = 1024 * 1024;
        final CatchUp narrow = narrow(1_024, budget);
        final StreamLoop streams = streams(narrow);
        for (int i = 0; i < 2_000; i++) { // 4 MB, more than the ring holds
            fabric.publish("{\"type\":\"a\",\"data\":\"" + "x".repeat(2_000) + "\"}");
            streams.doWork();
        }
        final List<FakeSocket> stalled = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stalled.add(open(streams, new Start(Start.Kind.AFTER, 1_000L + 4L * i)));
        }
        settle(streams, narrow);
        long all = 0;
        for (final FakeSocket socket : stalled) {
            all += socket.pendingBytes();
        }
        assertThat(all).as("of all").isBetween(budget / 2L, budget + 300L * 1024);
        assertThat(narrow.budget().used()).isBetween(budget / 2L, budget + 300L * 1024);
        assertThat(narrow.budget().isShort()).isTrue();

        final FakeSocket last = open(streams, new Start(Start.Kind.AFTER, 0));
        last.read(ALL_BYTES);
        settle(streams, narrow);
        assertThat(seen(last)).as("waits for its turn").isEmpty();
        for (int i = 0; i < 100; i++) { // as a client that goes away, and one that goes on
            stalled.get(i).close();
            stalled.get(i).handler().onClose(stalled.get(i));
            stalled.get(100 + i).read(ALL_BYTES);
        }
        settle(streams, narrow);
        assertThat(seen(last)).hasSize(2_000);
        for (int i = 100; i < 200; i++) {
            assertThat(seen(stalled.get(i))).hasSize(1_000 - 4 * i);
        }
        fabric.advanceTime(2_000_000);
        settle(streams, narrow);
        assertThat(narrow.budget().used()).isZero();
        assertThat(narrow.budget().holders()).isZero();
        assertThat(fabric.journal().memoryHeld()).isZero();
    }

    @Test
    void shouldCloseWhoTakesNothingForLongWhenOthersWaitForItsBytes() {
        final CatchUp narrow = narrow(8, 64 * 1024);
        final StreamLoop streams = streams(narrow);
        for (int i = 0; i < 200; i++) {
            fabric.publish("{\"type\":\"a\",\"data\":\"" + "x".repeat(10_000) + "\"}");
        }
        settle(streams, narrow);
        final FakeSocket stalled = open(streams, new Start(Start.Kind.AFTER, 0));
        settle(streams, narrow);
        for (int i = 0; i < 100; i++) {
            streams.tick();
        }
        assertThat(stalled.isOpen()).as("nobody else is there").isTrue();
        final FakeSocket reading = open(streams, new Start(Start.Kind.AFTER, 1));
        reading.read(ALL_BYTES);
        settle(streams, narrow);
        for (int i = 0; i < 40 && stalled.isOpen(); i++) {
            streams.tick();
        }
        assertThat(stalled.isOpen()).isFalse();
        assertThat(streams.counters().transitions(Transition.STALLED).get()).isEqualTo(1);
        settle(streams, narrow);
        assertThat(seen(reading)).hasSize(199);
    }

    @Test
    void shouldCloseWhoTakesNothingForLongWhenItsBytesAreDeleted() {
        for (int i = 0; i < 200; i++) {
            fabric.publish("{\"type\":\"a\",\"data\":\"" + "x".repeat(10_000) + "\"}");
        }
        settle();
        final FakeSocket stalled = open(new Start(Start.Kind.AFTER, 0));
        settle();
        for (int i = 0; i < 100; i++) {
            loop.tick();
        }
        assertThat(stalled.isOpen()).isTrue();
        fabric.journal().trim(100);
        for (int i = 0; i < 31; i++) {
            assertThat(stalled.isOpen()).isTrue();
            loop.tick();
        }
        assertThat(stalled.isOpen()).isFalse();
        assertThat(loop.counters().transitions(Transition.STALLED).get()).isEqualTo(1);
    }

    @Test
    void shouldSendAKeepAliveBetweenTenAndFifteenQuietTicks() {
        final FakeSocket socket = open(Start.HEAD);
        socket.read(ALL_BYTES);
        int quiet = 0;
        int keepAlives = 0;
        for (int i = 1; i <= 100; i++) {
            final int before = socket.received().length;
            loop.tick();
            quiet++;
            if (socket.received().length > before) {
                assertThat(quiet).isBetween(10, 15);
                quiet = 0;
                keepAlives++;
            }
            if (i == 40) {
                fabric.publish("{\"type\":\"a\"}");
                settle();
                quiet = 0;
            }
        }
        assertThat(keepAlives).isBetween(6, 10);
        assertThat(loop.counters().keepAlives.get()).isEqualTo(keepAlives);
    }

    @Test
    void shouldGiveASlotBackWhenAClientGoes() {
        assertThat(loop.admit(() -> {})).isEqualTo(Admission.OPENED);
        assertThat(loop.admit(() -> {})).isEqualTo(Admission.OPENED);
        assertThat(loop.admit(() -> {})).isEqualTo(Admission.REFUSED);
        final Subscriber subscriber =
                loop.subscribe(
                        loop.begin(new Subscription(Start.HEAD, Filter.ALL, Framing.SSE)), true);
        subscriber.onClose(new FakeSocket(subscriber));
        assertThat(slots.used()).isEqualTo(1);
        assertThat(loop.admit(() -> {})).isEqualTo(Admission.OPENED);
        slots.close();
        subscriber.onClose(new FakeSocket(subscriber));
        assertThat(loop.admit(() -> {})).as("the server stops").isEqualTo(Admission.REFUSED);
    }
}

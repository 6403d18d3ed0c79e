package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.fanout.Wire;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.LastEventId;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Streams that end with an event, driven by hand. */
class StreamEndTest {
    private static final String END = "{\"stream.complete\":{\"by\":\"last\"}}";
    private static final Filter JOB =
            Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("job/a"))))
                    .endingWith(Ending.of("stream.complete", Map.of("last", "{\"by\":\"last\"}")));
    private static final String MORE = "{\"type\":\"more\",\"subject\":\"job/a\",\"data\":1}";
    private static final String LAST = "{\"type\":\"last\",\"subject\":\"job/a\",\"data\":2}";
    private static final long ALL_BYTES = Long.MAX_VALUE / 4;

    private final Fabric fabric = new Fabric(1 << 20);
    private final CatchUp catchUp = TestStreams.catchUp(fabric, 1_000, CatchUp.CHUNKS_LENGTH_MAX);
    private final StreamLoop loop = TestStreams.loop(fabric, catchUp, new SubscriberSlots(1_000));

    private FakeSocket open(final Framing framing, final Start start) {
        return TestStreams.open(loop, new Subscription(start, JOB, framing));
    }

    private void settle() {
        int work = 1;
        while (work > 0) {
            work = loop.doWork() + catchUp.doWork();
        }
    }

    private static List<String> seen(final Framing framing, final FakeSocket socket) {
        return Wire.envelopes(framing, Wire.unchunk(socket.received()));
    }

    @Test
    void shouldEndForACrowdWithTheSameEventAndOnce() {
        final List<FakeSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 100; i++) { // several cohorts, in turn
            final FakeSocket socket = open(Framing.SSE_PAYLOAD_NAMED, Start.HEAD);
            socket.read(ALL_BYTES);
            sockets.add(socket);
        }
        settle();
        assertThat(loop.fanout().groupCount()).isEqualTo(1);
        fabric.publish(MORE, LAST, MORE);
        fabric.publish(LAST, MORE);
        settle();
        assertThat(sockets)
                .allSatisfy(
                        socket -> {
                            assertThat(seen(Framing.SSE_PAYLOAD_NAMED, socket))
                                    .containsExactly(
                                            Wire.payload("1", "1"), Wire.payload("2", "2"), END);
                            assertThat(socket.isOpen()).isFalse();
                        });
        assertThat(loop.fanout().groupCount()).isZero();
        assertThat(loop.counters().transitions(Transition.ENDED).get()).isEqualTo(200);
        assertThat(loop.counters().subscribers(SubscriberState.LIVE).get()).isZero();
        assertThat(loop.counters().subscribers(SubscriberState.CATCHING_UP).get()).isZero();
    }

    @Test
    void shouldGiveASlowReaderAllOfItBeforeTheEnd() {
        final FakeSocket socket = open(Framing.SSE_PAYLOAD, Start.HEAD);
        settle();
        final String large = "\"" + "x".repeat(50_000) + "\"";
        for (int i = 0; i < 100; i++) {
            fabric.publish("{\"type\":\"more\",\"subject\":\"job/a\",\"data\":" + large + "}");
            settle();
        }
        fabric.publish(LAST);
        settle();
        assertThat(socket.isOpen()).isTrue();
        for (int i = 0; i < 10_000 && socket.isOpen(); i++) {
            socket.read(1_000);
            settle();
        }
        assertThat(seen(Framing.SSE_PAYLOAD, socket))
                .hasSize(102)
                .endsWith(Wire.payload("101", "2"), END);
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void shouldEndForWhoGetsWhatWasReadForAnother() {
        fabric.publish(MORE, LAST, MORE);
        for (int i = 0; i < 40; i++) { // until the ring has nothing of it
            fabric.publish("{\"type\":\"other\",\"data\":\"" + "x".repeat(50_000) + "\"}");
            settle();
        }
        final List<FakeSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final FakeSocket socket = open(Framing.NDJSON_PAYLOAD, Start.ALL);
            socket.read(ALL_BYTES);
            sockets.add(socket);
        }
        settle();
        assertThat(sockets)
                .allSatisfy(
                        socket ->
                                assertThat(seen(Framing.NDJSON_PAYLOAD, socket))
                                        .containsExactly(
                                                Wire.payload("1", "1"),
                                                Wire.payload("2", "2"),
                                                END));
    }

    @Test
    void shouldEndAtOnceForWhoHasTheLastEvent() {
        fabric.publish(MORE, LAST, MORE);
        settle();
        final FakeSocket socket =
                TestStreams.open(
                        loop,
                        Following.of(JOB, 2, 1, 2, 0, 1, 3).begin(Framing.NDJSON_PAYLOAD),
                        true);
        socket.read(ALL_BYTES);
        settle();
        assertThat(seen(Framing.NDJSON_PAYLOAD, socket)).containsExactly(END);
        assertThat(socket.isOpen()).isFalse();
    }

    private static final Filter RUN =
            Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("job/a"))))
                    .endingWith(Ending.untold(Set.of("last", "least")));

    @Test
    void shouldSayNothingAfterAnEventThatSaysItselfThatItIsTheLast() {
        for (final boolean chunked : List.of(true, false)) {
            final long before = fabric.head();
            fabric.publish(MORE, LAST, MORE);
            settle();
            final FakeSocket socket =
                    TestStreams.open(
                            loop,
                            new Following(RUN, before + 1, Ending.NONE, null, before)
                                    .begin(Framing.SSE_AGUI),
                            chunked);
            socket.read(ALL_BYTES);
            settle();
            final String text =
                    new String(
                            Wire.unchunk(socket.received()),
                            java.nio.charset.StandardCharsets.UTF_8);
            assertThat(text)
                    .isEqualTo(
                            "id: %d\ndata: 1\n\nid: %d\ndata: 2\n\n"
                                    .formatted(before + 1, before + 2));
            assertThat(socket.isOpen()).isFalse();
        }
    }

    /** Else its reader would wait for an end that may be in what is missing. */
    @Test
    void shouldEndARunOfAguiWhereSomethingIsMissing() {
        for (int i = 0; i < 40; i++) { // until the ring has nothing of the begin
            fabric.publish("{\"type\":\"other\",\"data\":\"" + "x".repeat(50_000) + "\"}");
            settle();
        }
        fabric.journal().trim(10);
        fabric.publish(MORE);
        settle();
        final FakeSocket socket =
                TestStreams.open(
                        loop,
                        new Following(RUN, 3, Ending.NONE, null, 3).begin(Framing.SSE_AGUI),
                        true);
        socket.read(ALL_BYTES);
        settle();
        assertThat(
                        new String(
                                Wire.unchunk(socket.received()),
                                java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(
                        "data: {\"type\":\"RUN_ERROR\",\"message\":\"events 3 to 9 cannot be had any more\",\"code\":\"WEFT_GAP\"}\n\n");
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void shouldBeginWhereTheThingBeginsUnlessSomethingIsGone() {
        assertThat(Following.of(JOB, LastEventId.NONE, 40, 0, Ending.NONE, 1, 99).cursor())
                .isEqualTo(40);
        assertThat(Following.of(JOB, 0, 40, 0, Ending.NONE, 1, 99).cursor())
                .as("nothing of it is before")
                .isEqualTo(40);
        assertThat(Following.of(JOB, 50, 40, 0, Ending.NONE, 1, 99).cursor()).isEqualTo(51);
        assertThat(Following.of(JOB, 5, 40, 0, Ending.NONE, 30, 99).cursor())
                .as("what is gone is told")
                .isEqualTo(6);
        assertThat(Following.of(JOB, 100, 40, 0, Ending.NONE, 1, 99))
                .as("from the future: live")
                .isEqualTo(new Following(JOB, 100, Ending.NONE, "future", 99));
        assertThat(Following.of(JOB, LastEventId.INVALID, 40, 60, 0, 1, 99))
                .isEqualTo(new Following(JOB, 100, 0, "invalid", 99));
        assertThat(Following.of(JOB, 59, 40, 60, 0, 1, 99).end()).isEqualTo(Ending.NONE);
        assertThat(Following.of(JOB, 60, 40, 60, 0, 1, 99).end()).isZero();
    }
}

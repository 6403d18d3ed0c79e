package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final int COHORT = 3;
    private static final int PENDING_MAX = 1_000;
    private static final int LINE_LENGTH_MIN = 100;
    private static final Filter CROWDED =
            Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("job/crowded"))));
    private static final Filter SINGLE =
            Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("job/single"))));
    private static final String TO_CROWD = "{\"type\":\"a\",\"subject\":\"job/crowded\"}";
    private static final String TO_ONE = "{\"type\":\"a\",\"subject\":\"job/single\"}";

    private final Fabric fabric = new Fabric(1 << 16);
    private final FanoutAgent fanout =
            new FanoutAgent(
                    fabric.ring(),
                    UnpooledByteBufAllocator.DEFAULT,
                    fabric::timeUs,
                    latency -> {},
                    new FanoutConfig(1, COHORT, COHORT, COHORT, PENDING_MAX, 1 << 20));
    private final List<Receiver> crowd = new ArrayList<>();

    private Receiver join(final Filter filter) {
        final Receiver receiver = new Receiver();
        assertThat(fanout.join(receiver, filter, Framing.NDJSON, false, fanout.nextSequence()))
                .isEqualTo(FanoutAgent.Join.JOINED);
        return receiver;
    }

    private void crowd(final int size) {
        for (int i = 0; i < size; i++) {
            crowd.add(join(CROWDED));
        }
    }

    private void settle() {
        int rounds = 0;
        while (fanout.doWork() > 0) {
            assertThat(rounds++).as("it comes to rest").isLessThan(1_000);
        }
    }

    private int served() {
        return crowd.stream().mapToInt(member -> member.delivered > 0 ? 1 : 0).sum();
    }

    private static List<String> seen(final Receiver member) {
        return Wire.envelopes(Framing.NDJSON, member.received()).stream()
                .map(text -> text.substring("{\"seq\":".length(), text.indexOf(',')))
                .toList();
    }

    @Test
    void shouldGiveWayBetweenTheFewAndACrowdThatWaits() {
        crowd(10);
        final Receiver single = join(SINGLE);
        final List<Integer> ways = new ArrayList<>();
        fanout.giveWayBy(
                () -> {
                    assertThat(seen(single)).as("written to before").isNotEmpty();
                    ways.add(served());
                });
        fabric.publish(TO_ONE);
        settle();
        assertThat(ways).as("nobody waits").isEmpty();
        fabric.publish(TO_CROWD);
        fanout.doWork();
        assertThat(ways).as("nothing for the few").isEmpty();
        fabric.publish(TO_ONE);
        settle();
        assertThat(ways).containsExactly(COHORT);
    }

    @Test
    void shouldServeTheFewAtOnceAndTheCrowdInTurns() {
        crowd(10);
        final Receiver single = join(SINGLE);
        fabric.publish(TO_CROWD, TO_ONE);
        assertThat(fanout.doWork()).isPositive();
        assertThat(seen(single)).containsExactly("2");
        assertThat(served()).isEqualTo(COHORT);
        fabric.publish(TO_ONE);
        assertThat(fanout.doWork()).isPositive();
        assertThat(seen(single)).containsExactly("2", "3");
        assertThat(served()).isEqualTo(2 * COHORT);
        assertThat(fanout.counters().handedOut.get()).as("not by all").isZero();
        settle();
        assertThat(crowd).allSatisfy(member -> assertThat(seen(member)).containsExactly("1"));
        assertThat(fanout.counters().handedOut.get()).isEqualTo(3);
        assertThat(fanout.counters().writes.get()).isEqualTo(12);
        assertThat(fanout.counters().deliveries.get()).isEqualTo(12);
    }

    @Test
    void shouldServeManyWhoAreFewInTurnsToo() {
        final List<Receiver> singles = new ArrayList<>();
        for (int i = 0; i < 4 * COHORT; i++) { // all of them want the same event
            singles.add(
                    join(
                            Filter.of(
                                    Map.of(
                                            Filter.Field.TYPE,
                                            Set.of(Term.exact("a"), Term.exact("x" + i))))));
        }
        for (int turn = 1; turn <= 40; turn++) {
            fabric.publish(TO_ONE);
            assertThat(fanout.doWork()).isPositive();
            assertThat(fanout.counters().writes.get()).isEqualTo((long) turn * COHORT);
            for (final Receiver single : singles) { // each has its turn every fourth time
                assertThat(fabric.head() - single.delivered).isLessThanOrEqualTo(4);
            }
        }
        final long lowest = singles.stream().mapToLong(fanout::cursor).min().orElseThrow();
        assertThat(fanout.counters().handedOut.get()).isEqualTo(lowest - 1);
        settle();
        final List<String> all = LongStream.rangeClosed(1, 40).mapToObj(Long::toString).toList();
        assertThat(singles).allSatisfy(single -> assertThat(seen(single)).isEqualTo(all));
    }

    @Test
    void shouldGiveWhoWaitedEverythingWithOneFlush() {
        crowd(2 * COHORT);
        fabric.publish(TO_CROWD);
        fanout.doWork();
        fabric.publish(TO_CROWD);
        settle();
        assertThat(crowd).allSatisfy(member -> assertThat(seen(member)).containsExactly("1", "2"));
        assertThat(crowd.stream().mapToInt(member -> member.flushes).sum())
                .isEqualTo(2 * COHORT + COHORT);
    }

    @Test
    void shouldGiveANewMemberNothingThatWasBeforeIt() {
        crowd(10);
        fabric.publish(TO_CROWD);
        fanout.doWork();
        final Receiver late = join(CROWDED);
        assertThat(fanout.cursor(late)).isEqualTo(2);
        fabric.publish(TO_CROWD);
        settle();
        assertThat(seen(late)).containsExactly("2");
        assertThat(crowd).allSatisfy(member -> assertThat(seen(member)).containsExactly("1", "2"));
    }

    @Test
    void shouldLetEveryoneGoWhereHeStandsWhenTheRingIsLapped() {
        crowd(4 * COHORT); // one is served before the lap is noticed
        fabric.publish(TO_CROWD);
        fanout.doWork();
        assertThat(crowd.stream().mapToLong(fanout::cursor).sorted())
                .containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 2L, 2L, 2L);
        for (int i = 0; i < 100; i++) {
            fabric.publish("{\"type\":\"a\",\"data\":\"" + "x".repeat(3_000) + "\"}");
        }
        settle();
        assertThat(served()).isEqualTo(2 * COHORT);
        assertThat(crowd)
                .allSatisfy(
                        member ->
                                assertThat(member.left)
                                        .containsExactly("LAPPED " + (member.delivered + 1)));
        assertThat(fanout.groupCount()).isZero();
    }

    @Test
    void shouldBoundWhatWaits() {
        crowd(20 * COHORT); // twenty turns, of which each brings one more event
        for (int i = 0; i < 50; i++) {
            fabric.publish(TO_CROWD);
            fanout.doWork();
            for (final Receiver member : crowd) {
                assertThat(fabric.head() - member.delivered)
                        .as("events that wait")
                        .isLessThanOrEqualTo(PENDING_MAX / LINE_LENGTH_MIN);
            }
        }
        settle();
        assertThat(crowd).allSatisfy(member -> assertThat(member.delivered).isEqualTo(50));
    }

    @Test
    void shouldLetWhoCanTakeNoMoreGoBehindAllThatHeGot() {
        crowd(2 * COHORT);
        crowd.forEach(member -> member.stalled = true);
        fabric.publish(TO_CROWD);
        fanout.doWork();
        fabric.publish(TO_CROWD);
        settle();
        assertThat(crowd)
                .allSatisfy(
                        member ->
                                assertThat(member.left)
                                        .containsExactly("NOT_WRITABLE " + (member.delivered + 1)));
        assertThat(crowd.stream().mapToInt(member -> member.delivered).sum())
                .isEqualTo(COHORT + 2 * COHORT);
        assertThat(fanout.groupCount()).as("nobody is left").isZero();
    }

    @Test
    void shouldForgetThoseWhoGoWhileTheyWait() {
        crowd(3 * COHORT);
        fabric.publish(TO_CROWD);
        fanout.doWork();
        crowd.forEach(fanout::leave);
        settle();
        assertThat(served()).isEqualTo(COHORT);
        assertThat(fanout.groupCount()).isZero();
        crowd(1);
        fabric.publish(TO_CROWD);
        settle();
        assertThat(served()).isEqualTo(COHORT + 1);
    }
}

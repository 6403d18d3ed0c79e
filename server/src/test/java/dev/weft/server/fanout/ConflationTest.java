package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConflationTest {
    private static final long INTERVAL_US = Policy.LATEST.intervalUs();
    private static final Filter TYPE_T =
            Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.exact("t"))));

    private final Fabric fabric = new Fabric(1 << 16);
    private long clockOffsetUs;
    private final FanoutAgent fanout =
            new FanoutAgent(
                    fabric.ring(),
                    UnpooledByteBufAllocator.DEFAULT,
                    () -> fabric.timeUs() + clockOffsetUs,
                    latency -> {},
                    new FanoutConfig(1, 8, 2, 2, 1 << 16, 1 << 20));

    private Receiver join(final Policy policy, final Filter filter) {
        return join(policy, filter, fanout.nextSequence());
    }

    private Receiver join(final Policy policy, final Filter filter, final long cursor) {
        final Receiver receiver = new Receiver();
        assertThat(fanout.join(receiver, filter, Framing.NDJSON, false, policy, cursor))
                .isEqualTo(FanoutAgent.Join.JOINED);
        return receiver;
    }

    private void publish(final String... subjects) {
        for (final String subject : subjects) {
            fabric.publish("{\"type\":\"t\",\"subject\":\"k/" + subject + "\"}");
            settle();
        }
    }

    private void settle() {
        int rounds = 0;
        while (fanout.doWork() > 0) {
            assertThat(rounds++).as("it comes to rest").isLessThan(1_000);
        }
    }

    private static List<String> seen(final Receiver member) {
        return Wire.envelopes(Framing.NDJSON, member.received()).stream()
                .map(text -> text.substring("{\"seq\":".length(), text.indexOf(',')))
                .toList();
    }

    @Test
    void shouldGiveTheNewestOfEachSubjectOncePerInterval() {
        final Receiver latest = join(Policy.LATEST, Filter.ALL);
        final Receiver filtered = join(Policy.LATEST, TYPE_T);
        assertThat(fanout.dueUs()).isEqualTo(Long.MAX_VALUE);
        publish("a");
        assertThat(seen(latest)).as("at once after quiet").containsExactly("1");
        publish("a", "b", "c", "b");
        assertThat(seen(latest)).containsExactly("1");
        final long due = fanout.dueUs();
        assertThat(due - fabric.timeUs()).isBetween(INTERVAL_US - 100, INTERVAL_US);
        fabric.advanceTime(due - fabric.timeUs() - 1);
        settle();
        assertThat(seen(latest)).as("too early").containsExactly("1");
        fabric.advanceTime(1);
        settle();
        assertThat(seen(latest)).containsExactly("1", "2", "4", "5");
        assertThat(seen(filtered)).containsExactly("1", "2", "4", "5");
        assertThat(fanout.dueUs()).isEqualTo(Long.MAX_VALUE);
        publish("a");
        assertThat(seen(latest)).hasSize(4);
        fabric.advanceTime(INTERVAL_US);
        settle();
        assertThat(seen(latest)).endsWith("6");
    }

    @Test
    void shouldGiveTheNewestEventSoManyTimesASecond() {
        final Receiver sampled = join(Policy.sample(4), Filter.ALL);
        publish("a", "b", "c");
        assertThat(seen(sampled)).containsExactly("1");
        fabric.advanceTime(250_000);
        settle();
        assertThat(seen(sampled)).containsExactly("1", "3");
        fabric.advanceTime(249_000);
        publish("a");
        assertThat(seen(sampled)).containsExactly("1", "3");
        fabric.advanceTime(1_000);
        publish("b");
        assertThat(seen(sampled)).containsExactly("1", "3", "5");
    }

    @Test
    void shouldGiveANewMemberNothingThatItHadBefore() {
        final Receiver early = join(Policy.LATEST, Filter.ALL);
        publish("a", "a", "b");
        final Receiver late = join(Policy.LATEST, Filter.ALL);
        final Receiver beside = join(Policy.LATEST, Filter.ALL);
        publish("c");
        final Receiver later = join(Policy.LATEST, Filter.ALL);
        assertThat(fanout.cursor(early)).isEqualTo(2);
        assertThat(fanout.cursor(late)).isEqualTo(4);
        assertThat(fanout.cursor(later)).isEqualTo(5);
        fabric.advanceTime(INTERVAL_US);
        settle();
        assertThat(seen(early)).containsExactly("1", "2", "3", "4");
        assertThat(seen(late)).containsExactly("4");
        assertThat(seen(beside)).containsExactly("4");
        assertThat(seen(later)).isEmpty();
        publish("d");
        fabric.advanceTime(INTERVAL_US);
        settle();
        for (final Receiver member : List.of(early, late, beside, later)) {
            assertThat(seen(member)).endsWith("5");
        }
    }

    @Test
    void shouldLetEveryoneGoWhereHeStandsWhenTheNewestIsNoLongerInTheRing() {
        final Receiver early = join(Policy.LATEST, TYPE_T);
        final Receiver alone = join(Policy.sample(10), TYPE_T);
        publish("a", "a");
        final Receiver late = join(Policy.LATEST, TYPE_T);
        publish("a", "b");
        publishOthers(9);
        settle(); // not half a ring
        publishOthers(13);
        settle();
        assertThat(early.left).containsExactly("LAPPED 2");
        assertThat(alone.left).containsExactly("LAPPED 2");
        assertThat(late.left).containsExactly("LAPPED 3");
        assertThat(fanout.groupCount()).isZero();
        assertThat(fanout.dueUs()).isEqualTo(Long.MAX_VALUE);
    }

    private void publishOthers(final int count) {
        for (int i = 0; i < count; i++) {
            fabric.publish("{\"type\":\"u\",\"data\":\"" + "x".repeat(3_000) + "\"}");
        }
    }

    @Test
    void shouldSendEarlyWhatTheRingIsAboutToLose() {
        final Receiver latest = join(Policy.LATEST, TYPE_T);
        publish("a", "a", "b");
        assertThat(seen(latest)).containsExactly("1");
        for (int i = 0; i < 60; i++) { // three rings in one interval
            publishOthers(1);
            settle();
        }
        assertThat(latest.left).isEmpty();
        assertThat(seen(latest)).containsExactly("1", "2", "3");
    }

    @Test
    void shouldTakeInWhoIsALittleBehindAndNoteWhatHeMissed() {
        final Receiver early = join(Policy.LATEST, TYPE_T);
        publish("a", "b", "c", "a"); // of which the first one goes out at once
        final Receiver behind = join(Policy.LATEST, TYPE_T, 1);
        final Receiver between = join(Policy.LATEST, TYPE_T, 4);
        final Receiver first = join(Policy.LATEST, TYPE_T, 2);
        final Receiver alone = join(Policy.sample(10), Filter.ALL, 2);
        assertThat(fanout.cursor(early)).isEqualTo(2);
        assertThat(fanout.cursor(behind)).isEqualTo(1);
        assertThat(fanout.cursor(between)).isEqualTo(4);
        assertThat(fanout.cursor(first)).isEqualTo(2);
        publish("d");
        assertThat(seen(alone)).containsExactly("5");
        fabric.advanceTime(INTERVAL_US);
        settle();
        assertThat(seen(early)).containsExactly("1", "2", "3", "4", "5");
        assertThat(seen(behind)).containsExactly("2", "3", "4", "5");
        assertThat(seen(first)).containsExactly("2", "3", "4", "5");
        assertThat(seen(between)).containsExactly("4", "5");
    }

    @Test
    void shouldRefuseWhoMissedWhatTheRingHasLost() {
        publish("a");
        publishOthers(60);
        settle();
        assertThat(fanout.join(new Receiver(), TYPE_T, Framing.NDJSON, false, Policy.LATEST, 1))
                .isEqualTo(FanoutAgent.Join.BEHIND);
        assertThat(fanout.groupCount()).isZero();
    }

    @Test
    void shouldLetWhoCanTakeNoMoreGoBehindWhatHeGot() {
        final Receiver stalled = join(Policy.LATEST, Filter.ALL);
        stalled.stalled = true;
        publish("a");
        assertThat(stalled.left).containsExactly("NOT_WRITABLE 2");
    }

    @Test
    void shouldGoOnWhenTheClockGoesBack() {
        final Receiver latest = join(Policy.LATEST, Filter.ALL);
        publish("a");
        clockOffsetUs = -3_600_000_000L;
        publish("b");
        assertThat(seen(latest)).containsExactly("1", "2");
    }
}

package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupTableTest {
    private final Fabric fabric = new Fabric(1 << 20);
    private final Turns turns = new Turns(FanoutConfig.DEFAULT, new FanoutCounters());
    private final GroupTable groups =
            new GroupTable(
                    UnpooledByteBufAllocator.DEFAULT,
                    new FramePlan(),
                    turns,
                    new Conflator(
                            fabric.ring(),
                            fabric.ring().newReader(),
                            UnpooledByteBufAllocator.DEFAULT,
                            new FramePlan(),
                            turns));
    private final SplittableRandom random = new SplittableRandom(5);
    private final Map<Receiver, Filter> members = new HashMap<>();

    private void join(final Filter filter) {
        final Receiver receiver = new Receiver();
        members.put(receiver, filter);
        groups.add(receiver, new Group.Key(filter, Framing.SSE, false, Policy.ALL), 1);
    }

    private void leave(final Receiver member) {
        groups.remove(member, Objects.requireNonNull(member.seat().cohort));
    }

    private List<String> events(final int count) {
        final List<String> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(AnyFilter.event(random));
        }
        return events;
    }

    private static List<String> matching(final Filter filter, final BlockFlyweight block) {
        final List<String> envelopes = new ArrayList<>();
        for (int i = 0; i < block.count(); i++) {
            if (filter.matches(block, i)) {
                envelopes.add(BatchTest.envelope(block, i));
            }
        }
        return envelopes;
    }

    @Test
    void shouldLeaveNobodyInDoubtWhereABlockWasOverwrittenWhileItWasRead() {
        int leavingInPart = 0;
        for (int looks = 0; looks < 80; looks++) {
            members.clear();
            join(Filter.ALL);
            for (int i = 0; i < 60; i++) {
                join(AnyFilter.next(random));
            }
            final BlockFlyweight good = fabric.block(1, events(10));
            final BlockFlyweight torn = fabric.block(11, events(10));
            final int[] left = {looks};
            groups.encode(good, 0, 10, 1, 1, Batch.ALWAYS);
            groups.encode(torn, 0, 10, 11, 1, () -> left[0]-- > 0);
            groups.deliver(1, 21, 1, fabric::timeUs);
            final int[] gone = {0};
            members.forEach(
                    (member, filter) -> {
                        final List<String> expected = new ArrayList<>();
                        if (member.left.isEmpty()) {
                            expected.addAll(matching(filter, good));
                            expected.addAll(matching(filter, torn));
                            leave(member);
                        } else {
                            assertThat(member.left).containsExactly("LAPPED 1");
                            gone[0]++;
                        }
                        assertThat(Wire.envelopes(Framing.SSE, member.received()))
                                .as(filter.toString())
                                .isEqualTo(expected);
                    });
            if (looks <= 2) {
                assertThat(gone[0]).as("who has a filter cannot know").isGreaterThanOrEqualTo(60);
            }
            leavingInPart += gone[0] > 0 && gone[0] < 60 ? 1 : 0;
            groups.removeEmpty();
            assertThat(groups.count()).isZero();
        }
        assertThat(leavingInPart).as("torn between two groups").isGreaterThan(20);
    }

    @Test
    void shouldForgetAGroupWhenItsLastMemberGoes() {
        join(Filter.ALL);
        join(AnyFilter.next(random));
        assertThat(groups.count()).isEqualTo(2);
        members.keySet().forEach(this::leave);
        join(Filter.ALL); // has a member again before anybody looks
        groups.removeEmpty();
        assertThat(groups.count()).isEqualTo(1);
        groups.encode(fabric.block(1, events(3)), 0, 3, 1, 1, Batch.ALWAYS);
        assertThat(groups.deliver(1, 4, 7, fabric::timeUs)).isEqualTo(7);
    }
}

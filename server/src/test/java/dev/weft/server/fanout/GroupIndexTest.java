package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.harness.Seeded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupIndexTest {
    private final Fabric fabric = new Fabric(1 << 20);
    private final GroupIndex index = new GroupIndex();
    private final Matches matches = new Matches();

    private static Group group(final Filter filter) {
        final Group group =
                new Group(new Group.Key(filter, Framing.SSE, false, Policy.ALL), empty -> {});
        group.add(new Receiver(), group.cohortWithRoom(1, 1));
        return group;
    }

    /** What each group is found for, all parts of the block together. */
    private Map<Group, List<Integer>> find(final BlockFlyweight block) {
        final Map<Group, List<Integer>> found = new HashMap<>();
        int from = 0;
        while (from < block.count()) {
            final int next = index.find(block, from, block.count(), matches);
            assertThat(next).isGreaterThan(from);
            for (int i = 0; i < matches.groupCount(); i++) {
                final Group group = matches.group(i);
                final List<Integer> records = found.computeIfAbsent(group, g -> new ArrayList<>());
                int entry = group.takeMatches();
                assertThat(entry).as("named once").isNotEqualTo(Matches.NONE);
                while (entry != Matches.NONE) {
                    records.add(matches.record(entry));
                    entry = matches.next(entry);
                }
            }
            from = next;
        }
        return found;
    }

    @Seeded(100)
    void shouldFindJustWhatTheFiltersLetPassWhileGroupsComeAndGo(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<Group> groups = new ArrayList<>();
        final int target = 1 + random.nextInt(400);
        for (int round = 0; round < 20; round++) {
            for (int i = random.nextInt(2 * target); i >= 0; i--) {
                if (random.nextInt(target) >= groups.size()) {
                    final Group group = group(AnyFilter.next(random));
                    groups.add(group);
                    index.add(group);
                } else {
                    index.remove(groups.remove(random.nextInt(groups.size())));
                }
            }
            final List<String> events = new ArrayList<>();
            for (int i = random.nextInt(100); i >= 0; i--) {
                events.add(AnyFilter.event(random));
            }
            final BlockFlyweight block = fabric.block(1 + round, events);
            final Map<Group, List<Integer>> expected = new HashMap<>();
            for (final Group group : groups) {
                for (int i = 0; i < block.count(); i++) {
                    if (group.key().filter().matches(block, i)) {
                        expected.computeIfAbsent(group, g -> new ArrayList<>()).add(i);
                    }
                }
            }
            assertThat(find(block)).isEqualTo(expected);
        }
        groups.forEach(index::remove);
        assertThat(index.isEmpty()).isTrue();
        assertThat(find(fabric.block(1, List.of(AnyFilter.event(random))))).isEmpty();
    }

    @Test
    void shouldAskFewWhenAllNameTheSameKindOfSubjects() {
        final List<Group> groups = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            groups.add(
                    group(
                            Filter.of(
                                    Map.of(
                                            Filter.Field.TYPE,
                                            Set.of(Term.exact("t" + i)),
                                            Filter.Field.SUBJECT,
                                            Set.of(Term.prefix("job/")),
                                            Filter.Field.CATEGORY,
                                            Set.of(Term.exact("job"))))));
        }
        assertThat(
                        askedCount(
                                groups,
                                "{\"type\":\"t7\",\"subject\":\"job/1\",\"category\":\"job\"}"))
                .isLessThan(5);
    }

    @Test
    void shouldAskFewWhenAllNameTheSameTypeOrTheSameSubject() {
        final List<Group> groups = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            groups.add(
                    group(
                            Filter.of(
                                    Map.of(
                                            Filter.Field.TYPE,
                                            Set.of(Term.exact("t")),
                                            Filter.Field.SUBJECT,
                                            Set.of(Term.prefix("kind" + i + '/'))))));
            groups.add(
                    group(
                            Filter.of(
                                    Map.of(
                                            Filter.Field.SUBJECT,
                                            Set.of(Term.exact("kind7/1")),
                                            Filter.Field.RUN_ID,
                                            Set.of(Term.exact("r" + i))))));
        }
        assertThat(askedCount(groups, "{\"type\":\"t\",\"subject\":\"kind7/1\",\"run_id\":\"r9\"}"))
                .isLessThan(10);
        groups.forEach(index::remove);
        assertThat(index.isEmpty()).isTrue();
    }

    @Test
    void shouldForgetHowManyHungThere() {
        final List<Group> passing = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            passing.add(group(Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("a/1"))))));
        }
        passing.forEach(index::add);
        passing.subList(1, passing.size()).forEach(index::remove);
        final Group group =
                group(
                        Filter.of(
                                Map.of(
                                        Filter.Field.SUBJECT,
                                        Set.of(Term.exact("a/1")),
                                        Filter.Field.TYPE,
                                        Set.of(Term.exact("t")))));
        index.add(group);
        find(fabric.block(1, List.of("{\"type\":\"t\",\"subject\":\"a/2\"}")));
        assertThat(group.offeredEvent).as("found by its subject").isZero();
    }

    /** Groups that an event asks whether they want it. */
    private long askedCount(final List<Group> groups, final String event) {
        groups.forEach(index::add);
        assertThat(find(fabric.block(1, List.of(event)))).hasSizeBetween(1, 2);
        return groups.stream().filter(group -> group.offeredEvent != 0).count();
    }

    @Test
    void shouldEndThePartWhenThereIsEnoughToDo() {
        for (int i = 0; i < 1_000; i++) {
            index.add(
                    group(
                            Filter.of(
                                    Map.of(
                                            Filter.Field.TYPE,
                                            Set.of(Term.exact("t"), Term.exact("u" + i))))));
        }
        final List<String> events = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            events.add("{\"type\":\"t\"}");
        }
        final BlockFlyweight block = fabric.block(1, events);
        assertThat(index.find(block, 0, 100, matches)).isEqualTo(17);
        assertThat(matches.groupCount()).isEqualTo(1_000);
        matches.forget();
        assertThat(find(block))
                .hasSize(1_000)
                .allSatisfy((group, all) -> assertThat(all).hasSize(100));
    }

    @Test
    void shouldNotOfferAnythingToAGroupWithoutMembers() {
        final Group empty =
                new Group(
                        new Group.Key(
                                Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.exact("a")))),
                                Framing.SSE,
                                false,
                                Policy.ALL),
                        group -> {});
        index.add(empty);
        assertThat(find(fabric.block(1, List.of("{\"type\":\"a\"}")))).isEmpty();
    }

    @Test
    void shouldNeverLeaveTheBlockWhenItsDescriptorsAreGarbage() {
        final SplittableRandom random = new SplittableRandom(12);
        for (int i = 0; i < 200; i++) {
            index.add(group(AnyFilter.next(random)));
        }
        for (int round = 0; round < 2_000; round++) {
            final BlockFlyweight block =
                    fabric.block(1, List.of(AnyFilter.event(random), AnyFilter.event(random)));
            final byte[] bytes = block.buffer().byteArray();
            for (int i = dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
                    i < bytes.length;
                    i++) {
                if (random.nextInt(8) == 0) {
                    bytes[i] = (byte) random.nextInt();
                }
            }
            assertThat(index.find(block, 0, 2, matches)).isEqualTo(2);
            matches.forget();
        }
    }
}

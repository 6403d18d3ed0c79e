package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.harness.Seeded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NewestTest {
    private final Fabric fabric = new Fabric(1 << 20);

    private static List<Long> sequences(final Newest newest) {
        return Arrays.stream(newest.sorted(), 0, newest.count()).boxed().toList();
    }

    @Seeded(30)
    void shouldKnowTheNewestEventOfEachSubject(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final Newest newest = new Newest(Policy.LATEST);
        long sequence = 1;
        for (int round = 0; round < 3; round++) { // it is used again
            final Map<String, Long> expected = new TreeMap<>();
            final int subjects = 1 + random.nextInt(2_000);
            for (int i = random.nextInt(20); i >= 0; i--) {
                final List<String> names = new ArrayList<>();
                final List<String> events = new ArrayList<>();
                for (int j = random.nextInt(100); j >= 0; j--) {
                    final String name = "k/" + random.nextInt(subjects);
                    final boolean hasSubject = random.nextInt(3) > 0;
                    names.add((hasSubject ? "subject " : "type ") + name);
                    events.add(
                            hasSubject
                                    ? "{\"type\":\"t\",\"subject\":\"" + name + "\"}"
                                    : "{\"type\":\"" + name + "\"}");
                }
                final BlockFlyweight block = fabric.block(sequence, events);
                for (int j = 0; j < events.size(); j++) {
                    newest.note(block, j, sequence);
                    expected.put(names.get(j), sequence);
                    sequence++;
                }
            }
            assertThat(sequences(newest)).isEqualTo(expected.values().stream().sorted().toList());
            newest.clear();
            assertThat(newest.count()).isZero();
        }
    }

    @Test
    void shouldKeepOneEventOnlyForASample() {
        final Newest newest = new Newest(Policy.sample(5));
        final BlockFlyweight block =
                fabric.block(
                        7,
                        List.of(
                                "{\"type\":\"a\",\"subject\":\"k/1\"}",
                                "{\"type\":\"a\",\"subject\":\"k/2\"}"));
        newest.note(block, 0, 7);
        newest.note(block, 1, 8);
        assertThat(sequences(newest)).containsExactly(8L);
    }
}

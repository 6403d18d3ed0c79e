package dev.weft.server.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class DuplicateWindowTest {
    private final DuplicateWindow window = new DuplicateWindow(42);

    @Test
    void shouldForgetTheOldestIdWhenFull() {
        for (int i = 1; i <= DuplicateWindow.CAPACITY; i++) {
            assertThat(put("id-" + i, i)).isZero();
        }
        assertThat(put("id-1", 70_000)).as("the oldest is still there").isEqualTo(1);
        assertThat(put("new", 70_000)).isZero();
        assertThat(put("id-2", 70_001)).isEqualTo(2);
        assertThat(put("id-1", 70_001)).as("forgotten for the new one").isZero();
        assertThat(window.size()).isEqualTo(DuplicateWindow.CAPACITY);
    }

    @Test
    void shouldForgetAnIdOutsideTheSpan() {
        put("x", 1);
        assertThat(put("x", DuplicateWindow.SPAN)).isEqualTo(1);
        assertThat(put("x", DuplicateWindow.SPAN + 1)).isZero();
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void shouldTellIdsApartThatDifferInOneByte() {
        put("a".repeat(127) + "b", 1);
        assertThat(put("a".repeat(127) + "c", 2)).isZero();
        assertThat(put("a".repeat(127), 3)).isZero();
        assertThat(put("a".repeat(127) + "b", 4)).isEqualTo(1);
    }

    @Test
    void shouldCompareTheBytesOfIdsWithTheSameHash() {
        final DuplicateWindow colliding = new DuplicateWindow(42, 1);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 500; i++) {
                final byte[] id = ("id-" + "x".repeat(i % 3) + i).getBytes(UTF_8);
                assertThat(colliding.putIfAbsent(new UnsafeBuffer(id), 0, id.length, 1_000 + i))
                        .isEqualTo(round == 0 ? 0 : 1_000 + i);
            }
        }
    }

    @Test
    void shouldTakeBackTheNewest() {
        put("a", 1);
        put("b", 2);
        put("c", 3);
        window.forgetFrom(2);
        assertThat(put("b", 2)).isZero();
        assertThat(put("a", 3)).isEqualTo(1);
        assertThat(put("c", 3)).isZero();
    }

    @Seeded(5)
    void shouldAgreeWithAPlainMap(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final Map<String, Long> model = new LinkedHashMap<>();
        long sequence = 0;
        for (int i = 0; i < 200_000; i++) {
            sequence += random.nextInt(1, 12);
            final String id =
                    Long.toString(random.nextInt(140_000), 36).repeat(random.nextInt(1, 30));
            final Iterator<Long> oldest = model.values().iterator();
            while (oldest.hasNext() && oldest.next() <= sequence - DuplicateWindow.SPAN) {
                oldest.remove();
            }
            final Long known = model.get(id);
            assertThat(put(id, sequence)).isEqualTo(known == null ? 0 : known);
            if (known == null) {
                if (model.size() == DuplicateWindow.CAPACITY) {
                    final Iterator<Long> first = model.values().iterator();
                    first.next();
                    first.remove();
                }
                model.put(id, sequence);
            }
        }
        assertThat(window.size()).isEqualTo(model.size());
    }

    private long put(final String id, final long sequence) {
        final byte[] bytes = ("##" + id).getBytes(UTF_8);
        return window.putIfAbsent(new UnsafeBuffer(bytes), 2, bytes.length - 2, sequence);
    }
}

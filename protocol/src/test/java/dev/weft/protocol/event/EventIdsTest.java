package dev.weft.protocol.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventIdsTest {
    private static final long NOW_MS = 1_763_631_234_567L;
    private final EventIds ids = new EventIds(42);

    @Test
    void shouldMakeVersion7WithTheTimeInFront() {
        ids.time(NOW_MS);
        final UUID id = UUID.fromString(next());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(NOW_MS);
    }

    @Test
    void shouldGrowWithinAMillisecondAndWhenTheClockHoldsOrStepsBackALittle() {
        String last = "";
        for (int i = 0; i < 20_000; i++) {
            ids.time(NOW_MS + i / 5_000 - i % 3);
            final String id = next();
            assertThat(id).isGreaterThan(last);
            last = id;
        }
    }

    @Test
    void shouldFollowTheClockWhenItWasFarAhead() {
        ids.time(NOW_MS + 86_400_000);
        next();
        ids.time(NOW_MS);
        assertThat(UUID.fromString(next()).getMostSignificantBits() >>> 16).isEqualTo(NOW_MS);
    }

    @Test
    void shouldNeverMakeTheSameTwice() {
        final Set<String> seen = new HashSet<>();
        final EventIds others = new EventIds(43);
        for (int i = 0; i < 50_000; i++) {
            ids.time(NOW_MS);
            others.time(NOW_MS);
            assertThat(seen.add(next())).isTrue();
            assertThat(seen.add(next(others))).isTrue();
        }
    }

    private String next() {
        return next(ids);
    }

    private static String next(final EventIds ids) {
        final byte[] text = new byte[EventIds.LENGTH];
        assertThat(ids.put(text, 0)).isEqualTo(EventIds.LENGTH);
        return new String(text, StandardCharsets.US_ASCII);
    }
}

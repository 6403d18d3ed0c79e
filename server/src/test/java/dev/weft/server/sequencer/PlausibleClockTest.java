package dev.weft.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlausibleClockTest {
    private static final long START_US = 1_763_631_234_567_890L;
    private static final long HOUR_US = 3_600_000_000L;
    private static final long DAY_US = 24 * HOUR_US;
    private static final long SECOND_NS = 1_000_000_000L;

    private long wallUs = START_US;
    private long ns = -5 * SECOND_NS; // its origin is arbitrary
    private final PlausibleClock clock = new PlausibleClock(() -> wallUs, () -> ns);

    @Test
    void shouldFollowTheWallClock() {
        pass(10);
        assertThat(clock.getAsLong()).isEqualTo(START_US + 10_000_000);
        wallUs += HOUR_US / 2;
        assertThat(clock.getAsLong()).isEqualTo(START_US + 10_000_000 + HOUR_US / 2);
        wallUs -= 2 * DAY_US;
        assertThat(clock.getAsLong()).as("a step back is passed on").isEqualTo(wallUs);
    }

    @Test
    void shouldGoOnAtItsPaceAfterAJumpForward() {
        wallUs += 400 * DAY_US;
        assertThat(clock.getAsLong()).isEqualTo(START_US);
        pass(59);
        assertThat(clock.getAsLong()).isEqualTo(START_US + 59_000_000);
    }

    @Test
    void shouldBelieveAJumpThatLasts() {
        wallUs += 400 * DAY_US;
        clock.getAsLong();
        pass(60);
        assertThat(clock.getAsLong()).isEqualTo(wallUs);
        pass(1);
        assertThat(clock.getAsLong()).isEqualTo(wallUs);
    }

    @Test
    void shouldForgetAJumpThatWasTakenBack() {
        wallUs += 400 * DAY_US;
        clock.getAsLong();
        pass(30);
        wallUs -= 400 * DAY_US;
        assertThat(clock.getAsLong()).isEqualTo(START_US + 30_000_000);
        wallUs += 400 * DAY_US;
        pass(40);
        assertThat(clock.getAsLong()).as("the minute starts anew").isEqualTo(START_US + 70_000_000);
    }

    private void pass(final long seconds) {
        ns += seconds * SECOND_NS;
        wallUs += seconds * 1_000_000;
    }
}

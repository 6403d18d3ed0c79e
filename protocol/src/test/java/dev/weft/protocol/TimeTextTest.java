package dev.weft.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
    private static final long NOON_US = 1_769_860_800_000_000L; // 2026-01-31T12:00:00Z

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T12:00:00Z, 0",
        "2026-01-31t12:00:00z, 0",
        "2026-01-31T12:00:00+00:00, 0",
        "2026-01-31T12:00:00-00:00, 0",
        "2026-01-31T13:00:00+01:00, 0",
        "2026-01-31T13:00:00 01:00, 0",
        "2026-01-31T13:00:00+0100, 0",
        "2026-01-31T13:00:00+01, 0",
        "2026-01-31T06:30:00-05:30, 0",
        "2026-02-01T06:00:00+18:00, 0",
        "2026-01-31T12:00Z, 0",
        "2026-01-31 12:00:00Z, 0",
        "2026-01-31 13:00:00 01:00, 0",
        "20260131T120000Z, 0",
        "20260131T130000.5+0100, 500000",
        "2026-01-31T12:00:00.5Z, 500000",
        "'2026-01-31T12:00:00,5Z', 500000",
        "2026-01-31T12:00:00.123Z, 123000",
        "2026-01-31T12:00:00.123456Z, 123456",
        "2026-01-31T12:00:00.123456+00:00, 123456",
        "2026-01-31T12:00:00.123456789Z, 123456",
        "2026-01-31T12:00:00.000000999Z, 0",
        "1769860800000007, 7",
    })
    void shouldReadATime(final String text, final long afterNoonUs) {
        assertThat(TimeText.time(text)).isEqualTo(NOON_US + afterNoonUs);
    }

    @ParameterizedTest
    @CsvSource({
        "5m, 300000000",
        "2h30m, 9000000000",
        "1d, 86400000000",
        "1d2h3m4s5ms, 93784005000",
        "0s, 0",
        "1500ms, 1500000",
    })
    void shouldReadADuration(final String text, final long us) {
        assertThat(TimeText.duration(text)).isEqualTo(us);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "m", "5M", "-5m", "5m2h", "5m5m", "1w", "1.5h", "5 m", "99999999d"})
    void shouldRefuseWhatIsNoDuration(final String text) {
        assertThat(TimeText.duration(text)).isEqualTo(TimeText.INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"5m", "", "2026-01-31T12:00:00", "176986080000000", "17698608000000070"})
    void shouldRefuseWhatIsNoTime(final String text) {
        assertThat(TimeText.time(text)).isEqualTo(TimeText.INVALID);
    }
}

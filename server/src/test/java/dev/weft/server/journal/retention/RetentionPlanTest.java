package dev.weft.server.journal.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.retention.RetentionPlan.Due;
import dev.weft.server.journal.retention.RetentionPlan.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {
    private static final long HOUR_US = TimeUnit.HOURS.toMicros(1);
    private static final int CYCLE = 1_000;
    private final List<RetainedFile> files = new ArrayList<>();

    /** The next hour's file, its first event one minute into the hour. */
    private void file(final int hour, final long firstSequence, final long bytes) {
        final int cycle = CYCLE + hour;
        files.add(
                new RetainedFile(
                        new RollFile(cycle, Path.of("f" + hour), bytes),
                        firstSequence,
                        firstSequence == 0 ? 0 : cycle * HOUR_US + HOUR_US / 60,
                        bytes));
    }

    private List<Due> plan(final RetentionLimits limits, final long hourNow) {
        return RetentionPlan.of(files, 400, limits, (CYCLE + hourNow) * HOUR_US);
    }

    private void fourFilesOfAHundredEvents() {
        for (int hour = 0; hour < 4; hour++) {
            file(hour, 1 + 100L * hour, 1_000);
        }
    }

    private static RetentionLimits age(final long hours) {
        return new RetentionLimits(hours * HOUR_US, 0, 0, 0);
    }

    private static RetentionLimits bytes(final long bytes) {
        return new RetentionLimits(0, bytes, 0, 0);
    }

    private static RetentionLimits events(final long events) {
        return new RetentionLimits(0, 0, events, 0);
    }

    @Test
    void shouldLetNothingGoWithoutALimit() {
        fourFilesOfAHundredEvents();
        assertThat(plan(RetentionLimits.OFF, 1_000)).isEmpty();
    }

    @Test
    void shouldKeepEveryEventYoungerThanTheAge() {
        fourFilesOfAHundredEvents();
        assertThat(plan(age(2), 3)).extracting(Due::lastSequence).containsExactly(100L);
        assertThat(plan(age(2), 4)).extracting(Due::lastSequence).containsExactly(100L, 200L);
        assertThat(plan(age(2), 3).get(0).reason()).isEqualTo(Reason.AGE);
        final long justBefore = (CYCLE + 3) * HOUR_US - 1;
        assertThat(RetentionPlan.of(files, 400, age(2), justBefore)).isEmpty();
    }

    @Test
    void shouldBringTheBytesBelowTheLimit() {
        fourFilesOfAHundredEvents();
        assertThat(plan(bytes(4_000), 4)).isEmpty();
        assertThat(plan(bytes(3_999), 4)).extracting(Due::lastSequence).containsExactly(100L);
        assertThat(plan(bytes(2_000), 4)).extracting(Due::lastSequence).containsExactly(100L, 200L);
        assertThat(plan(bytes(2_000), 4)).extracting(Due::reason).containsOnly(Reason.BYTES);
    }

    @Test
    void shouldKeepSoManyOfTheNewestEvents() {
        fourFilesOfAHundredEvents();
        assertThat(plan(events(301), 4)).isEmpty();
        assertThat(plan(events(300), 4)).extracting(Due::lastSequence).containsExactly(100L);
        assertThat(plan(events(101), 4)).extracting(Due::lastSequence).containsExactly(100L, 200L);
        assertThat(plan(events(100), 4)).extracting(Due::reason).containsOnly(Reason.EVENTS);
    }

    @Test
    void shouldNeverLetTheNewestFileWithAnEventGo() {
        fourFilesOfAHundredEvents();
        file(4, 0, 1_000); // begun, no event yet
        final RetentionLimits all = new RetentionLimits(1, 1, 1, 0);
        assertThat(plan(all, 1_000))
                .extracting(Due::lastSequence)
                .containsExactly(100L, 200L, 300L);
        files.clear();
        file(0, 0, 1_000);
        assertThat(plan(all, 1_000)).isEmpty();
    }

    @Test
    void shouldTakeAFileWithoutEventsAlongWithTheOnesBeforeIt() {
        file(0, 1, 1_000);
        file(1, 0, 1_000);
        file(2, 201, 1_000);
        assertThat(plan(bytes(1_500), 4)).extracting(Due::lastSequence).containsExactly(200L, 200L);
    }

    @Test
    void shouldStopAtTheFirstFileThatStays() {
        file(0, 1, 10);
        file(5, 101, 1_000); // the clock had gone on: older than it looks by its place
        file(6, 201, 10);
        assertThat(plan(age(2), 7)).extracting(Due::lastSequence).containsExactly(100L);
    }
}

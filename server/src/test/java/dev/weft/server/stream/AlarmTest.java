package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AlarmTest {
    private static final long NOW_US = 1_700_000_000_000_000L;
    private static final long INTERVAL_US = 100_000;

    /** A timer that was asked for. */
    private static final class Task {
        final CompletableFuture<Void> future = new CompletableFuture<>();
        final Runnable task;
        final long delayUs;

        Task(final Runnable task, final long delayUs) {
            this.task = task;
            this.delayUs = delayUs;
        }
    }

    private final List<Task> tasks = new ArrayList<>();
    private int signals;
    private final Alarm alarm =
            new Alarm(
                    (task, delayUs) -> {
                        tasks.add(new Task(task, delayUs));
                        return tasks.get(tasks.size() - 1).future;
                    },
                    () -> signals++);

    private Task last() {
        return tasks.get(tasks.size() - 1);
    }

    @Test
    void shouldBeSetAgainWhenTheClockStepsBackALittleMeanwhile() {
        final long dueUs = NOW_US + INTERVAL_US;
        alarm.set(dueUs, NOW_US);
        assertThat(last().delayUs).isEqualTo(INTERVAL_US);
        last().task.run(); // the timer's clock did not step
        assertThat(signals).isEqualTo(1);
        alarm.set(dueUs, dueUs - 50_000);
        assertThat(tasks).as("set again").hasSize(2);
        assertThat(last().delayUs).isEqualTo(50_000);
        alarm.set(dueUs, dueUs - 40_000);
        assertThat(tasks).as("and once").hasSize(2);
    }

    @Test
    void shouldHaveOneTimerAtMost() {
        alarm.set(NOW_US + INTERVAL_US, NOW_US);
        alarm.set(NOW_US + INTERVAL_US + 1, NOW_US);
        assertThat(tasks).as("that one is early enough").hasSize(1);
        alarm.set(NOW_US + 1_000, NOW_US);
        assertThat(last().delayUs).isEqualTo(1_000);
        assertThat(tasks.get(0).future).isCancelled();
        assertThat(last().future).isNotCancelled();
    }

    @Test
    void shouldNotWaitForATimeThatTheClockHasLeftBehind() {
        alarm.set(NOW_US + INTERVAL_US, NOW_US);
        final long back = NOW_US - 3_600_000_000L;
        alarm.set(back + INTERVAL_US, back);
        assertThat(last().delayUs).isEqualTo(INTERVAL_US);
        final long ahead = NOW_US + 3_600_000_000L;
        alarm.set(ahead + INTERVAL_US, ahead);
        assertThat(tasks).hasSize(3);
        assertThat(tasks.get(1).future).isCancelled();
        assertThat(last().delayUs).isEqualTo(INTERVAL_US);
    }
}

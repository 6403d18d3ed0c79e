package dev.weft.server.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found when a journal was opened. The composition root logs it, shows damage in the
 * health answer and appends a {@code journal.recovered} event when sequences were skipped.
 *
 * @param clean whether the last stop was clean and the journal is as it was left then.
 * @param damage what was found broken, in words; empty for none. An alarm.
 * @param gaps sequences in the examined files that cannot be read, those of earlier stops included.
 * @param skipped sequences that were not given out because they may have been before the stop; null
 *     for none.
 * @param reason why sequences were skipped; null if none were.
 * @param quarantined where damaged files were put before they were replaced.
 * @param duration of the whole opening.
 */
public record RecoveryReport(
        boolean clean,
        List<String> damage,
        List<SequenceRange> gaps,
        @Nullable SequenceRange skipped,
        @Nullable String reason,
        List<Path> quarantined,
        Duration duration) {
    public RecoveryReport {
        damage = List.copyOf(damage);
        gaps = List.copyOf(gaps);
        quarantined = List.copyOf(quarantined);
    }

    public boolean isDamaged() {
        return !damage.isEmpty();
    }
}

package dev.weft.server.journal.recovery;

import dev.weft.server.journal.JournalConfig;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where numbering goes on: right behind the last event, unless newer ones may have been lost; then
 * above all sequences that may have been given out. Thread: the opening one, before the state is
 * replaced by that of the new run.
 */
public final class Numbering {
    /** Where numbering goes on if even the reserved bound is unknown. */
    private static final long UNKNOWN_BOUND_SKIP = 1L << 32;

    private final JournalConfig config;
    private final StateFile stateFile;
    private final Findings findings;
    private final boolean hadFiles;
    private final boolean hadState;

    Numbering(
            final JournalConfig config,
            final StateFile stateFile,
            final Findings findings,
            final boolean hadFiles) {
        this.config = config;
        this.stateFile = stateFile;
        this.findings = findings;
        this.hadFiles = hadFiles;
        hadState = stateFile.isFound();
    }

    /** Next sequence to give out, and with it whether some are skipped for safety. */
    public long next(final long lastSequence) {
        final long next = Math.max(lastSequence + 1, stateFile.state().nextSequenceMin());
        return mayHaveLost() ? Math.max(next, aboveAllGivenOut(lastSequence)) : next;
    }

    /** Why sequences are skipped, or null. */
    public @Nullable String skipReason(final long lastSequence) {
        if (mayHaveLost()) {
            if (!hadState) {
                return stateFile.missing();
            }
            final List<String> endDamage = findings.endDamage();
            return endDamage.isEmpty()
                    ? "the machine was restarted without a clean stop"
                    : String.join("; ", endDamage);
        }
        return next(lastSequence) == lastSequence + 1
                ? null
                : "an earlier start skipped them and nothing was appended since";
    }

    /** Whether there are roll files, but nothing that tells how far numbers were given out. */
    public boolean isStateLost() {
        return hadFiles && !hadState;
    }

    /**
     * Notes on disk that numbering goes on above all that may have been given out. Before anything
     * is repaired: a start that is killed after that finds no damage any more.
     */
    void keepAbove(final long lastSequence) throws IOException {
        stateFile.write(stateFile.state().numberedFrom(aboveAllGivenOut(lastSequence)));
    }

    private boolean mayHaveLost() {
        final JournalState state = stateFile.state();
        final boolean isEndDamaged = !findings.endDamage().isEmpty();
        if (!hadState) {
            return hadFiles || isEndDamaged;
        }
        final boolean isOtherBoot = !state.bootId().equals(config.bootId().get());
        return isEndDamaged || (!state.clean() && isOtherBoot);
    }

    private long aboveAllGivenOut(final long lastSequence) {
        return hadState
                ? Math.max(stateFile.state().reservedUpTo(), lastSequence) + 1
                : lastSequence + UNKNOWN_BOUND_SKIP;
    }
}

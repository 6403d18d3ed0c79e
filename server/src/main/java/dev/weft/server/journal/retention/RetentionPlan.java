package dev.weft.server.journal.retention;

import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.file.RollCycleNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which roll files may go: the oldest ones up to the first that has to stay. The newest
 * file with an event always stays, and all behind it. Age and count are what is kept at least, so
 * no event that is younger, or among so many newest ones, goes with its file; bytes are what is
 * kept at most. A function of its arguments.
 */
public final class RetentionPlan {
    private RetentionPlan() {}

    /** Which limit a file is beyond. */
    public enum Reason {
        AGE,
        BYTES,
        EVENTS
    }

    /**
     * One file that may go.
     *
     * @param lastSequence that goes with it.
     * @param newestUs no event in it is newer, microseconds since the epoch.
     */
    public record Due(RetainedFile file, long lastSequence, long newestUs, Reason reason) {
        /** The oldest sequence when it is gone. */
        long oldestAfter() {
            return lastSequence + 1;
        }
    }

    /** What begins behind a file. */
    private record Behind(long firstSequence, long firstTimestampUs, long eventCount) {}

    /**
     * Makes the plan.
     *
     * @param files in the order of their cycles.
     * @param head newest sequence.
     * @param nowUs microseconds since the epoch.
     * @return in the order in which they have to go; empty for none.
     */
    public static List<Due> of(
            final List<RetainedFile> files,
            final long head,
            final RetentionLimits limits,
            final long nowUs) {
        final List<Due> due = new ArrayList<>();
        final @Nullable Behind[] behind = behind(files, head);
        long bytesLeft = files.stream().mapToLong(RetainedFile::bytes).sum();
        for (int i = 0; i < files.size(); i++) {
            final RetainedFile file = files.get(i);
            final Behind next = behind[i];
            if (next == null) {
                break;
            }
            final long newestUs =
                    Math.min(
                            RollCycleNames.startMs(file.file().cycle() + 1) * 1_000,
                            next.firstTimestampUs());
            final Reason reason = reason(limits, nowUs - newestUs, bytesLeft, next.eventCount());
            if (reason == null) {
                break;
            }
            due.add(new Due(file, next.firstSequence() - 1, newestUs, reason));
            bytesLeft -= file.bytes();
        }
        return due;
    }

    private static @Nullable Reason reason(
            final RetentionLimits limits,
            final long ageUs,
            final long bytes,
            final long eventsBehind) {
        if (limits.ageUs() > 0 && ageUs >= limits.ageUs()) {
            return Reason.AGE;
        }
        if (limits.bytes() > 0 && bytes > limits.bytes()) {
            return Reason.BYTES;
        }
        return limits.events() > 0 && eventsBehind >= limits.events() ? Reason.EVENTS : null;
    }

    /** For each file what begins behind it; null where no event does. */
    private static @Nullable Behind[] behind(final List<RetainedFile> files, final long head) {
        final @Nullable Behind[] behind = new Behind[files.size()];
        Behind next = null;
        for (int i = files.size() - 1; i >= 0; i--) {
            behind[i] = next;
            final RetainedFile file = files.get(i);
            if (file.firstSequence() > 0) {
                final long last = next == null ? head : next.firstSequence() - 1;
                final long count = Math.max(0, last - file.firstSequence() + 1);
                next =
                        new Behind(
                                file.firstSequence(),
                                file.firstTimestampUs(),
                                (next == null ? 0 : next.eventCount()) + count);
            }
        }
        return behind;
    }
}

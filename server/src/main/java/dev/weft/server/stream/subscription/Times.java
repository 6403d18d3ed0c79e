package dev.weft.server.stream.subscription;

import dev.weft.protocol.TimeText;
import org.jspecify.annotations.Nullable;

/** Reads the two forms of {@code since}: a time, and a duration before now. */
final class Times {
    private Times() {}

    /** The start that a text names, or null. */
    static @Nullable Start parse(final String text) {
        final long duration = TimeText.duration(text);
        if (duration != TimeText.INVALID) {
            return new Start(Start.Kind.AGO, duration);
        }
        final long time = TimeText.time(text);
        return time == TimeText.INVALID ? null : new Start(Start.Kind.SINCE, time);
    }
}

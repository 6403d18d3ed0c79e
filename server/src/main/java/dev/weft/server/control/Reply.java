package dev.weft.server.control;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a command that was done. Immutable.
 *
 * @param status HTTP status, 200 to 299.
 * @param json body; null for none.
 * @param headerLines further header lines, each ended by CR LF; never made from a caller's text.
 */
public record Reply(int status, @Nullable CharSequence json, @Nullable String headerLines) {
    public Reply(final int status, final @Nullable CharSequence json) {
        this(status, json, null);
    }
}

package dev.weft.server.stream.subscription;

import dev.weft.server.http.WholeNumber;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * The position that a client repeats when it comes back, in the header {@code Last-Event-ID}.
 * Whatever it says, the client gets a stream, and is told in it: an EventSource cannot be told
 * otherwise. Stateless.
 */
public final class LastEventId {
    /** There is none; an empty one counts as absent. */
    public static final long NONE = -1;

    /** It is no sequence, or there are two. */
    public static final long INVALID = -2;

    private static final String NAME = "Last-Event-ID";

    private LastEventId() {}

    /** The sequence that a request names, or {@link #NONE} or {@link #INVALID}. */
    public static long of(final HttpHeaders headers) {
        long position = NONE;
        for (final String text : headers.getAll(NAME)) {
            if (text.isEmpty()) {
                continue;
            }
            final long sequence = WholeNumber.parse(text);
            if (sequence < 0 || (position != NONE && position != sequence)) {
                return INVALID;
            }
            position = sequence;
        }
        return position;
    }
}

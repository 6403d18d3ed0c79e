package dev.weft.server.query;

import dev.weft.protocol.Problem;

/** Why a question about what happened is not answered. */
public final class Refusals {
    public static final Problem BUSY = new Problem(503, "too many reads of history are waiting");
    public static final Problem UNREADABLE = new Problem(500, "the journal could not be read here");
    public static final Problem NOT_INDEXED =
            new Problem(503, "history is being indexed after a start; ask again in a moment");
    public static final Problem NO_INDEX =
            new Problem(
                    501,
                    "this server runs without an index of history (--index off): it has single events"
                            + " and streams only");

    private Refusals() {}

    /** What was asked for is no longer there. */
    public static Problem gone(final String what, final long oldest) {
        return new Problem(410, what + "; the oldest there is has sequence " + oldest)
                .with("oldest", oldest);
    }

    /** What is answered to a read that was not done. */
    public static Problem of(final History.Read.Outcome outcome) {
        return switch (outcome) {
            case BUSY -> BUSY;
            case NOT_INDEXED -> NOT_INDEXED;
            case NO_INDEX -> NO_INDEX;
            case READ, FAILED -> UNREADABLE;
        };
    }
}

package dev.weft.server.stream.subscription;

/**
 * Where a stream begins.
 *
 * @param value what the kind says; 0 where it says nothing.
 */
public record Start(Kind kind, long value) {
    public enum Kind {
        /** With what comes after the request. */
        HEAD,
        /** After the sequence {@code value}. */
        AFTER,
        /** With the first event later than {@code value} microseconds since the epoch. */
        SINCE,
        /** So long before now, {@code value} in microseconds. */
        AGO,
        /** With the last {@code value} events that the filter lets pass. */
        LAST,
        /** With the oldest event that there is. */
        ALL,
        /** The client named something that is no sequence; as {@link #HEAD}, and it is told. */
        INVALID
    }

    public static final Start HEAD = new Start(Kind.HEAD, 0);
    public static final Start ALL = new Start(Kind.ALL, 0);
    static final Start INVALID = new Start(Kind.INVALID, 0);
}

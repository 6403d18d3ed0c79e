package dev.weft.server.http;

/** Every limit of the HTTP surface in one place. Lengths in bytes, times in nanoseconds. */
public final class HttpLimits {
    /** Longest request line. More is answered 414. */
    public static final int REQUEST_LINE_LENGTH_MAX = 4 * 1024;

    /** All header lines of one request together. More is answered 431. */
    public static final int HEADERS_LENGTH_MAX = 8 * 1024;

    /** Header lines of one request. More is answered 431. */
    public static final int HEADERS_MAX = 100;

    /**
     * Requests of one connection without an answer. The next one is not read before one is
     * answered.
     */
    public static final int UNANSWERED_MAX = 64;

    /** Query parameters of one request. More is answered 400. */
    public static final int QUERY_PARAMETERS_MAX = 100;

    /**
     * Bytes of a body that are read and thrown away to keep the connection after an early answer.
     */
    public static final int DISCARDED_LENGTH_MAX = 4 * 1024 * 1024;

    /** From the first byte of a head to its last. More is answered 408. */
    public static final long HEAD_TIME_MAX_NS = 10_000_000_000L;

    /** Longest silence in the middle of a body that the server waits for. More is answered 408. */
    public static final long BODY_SILENCE_MAX_NS = 30_000_000_000L;

    /**
     * Of a body that is no live stream of lines, at least {@link #BODY_WINDOW_LENGTH_MIN} bytes
     * come within this time, or its end. Less is answered 408.
     */
    public static final long BODY_WINDOW_NS = 30_000_000_000L;

    public static final int BODY_WINDOW_LENGTH_MIN = 64 * 1024;

    /** Longest silence of a connection that has no unanswered request. More closes it. */
    public static final long IDLE_TIME_MAX_NS = 75_000_000_000L;

    /** Longest time in which a client takes nothing of what was answered. More closes it. */
    public static final long ANSWER_SILENCE_MAX_NS = 30_000_000_000L;

    /** How long a body may go on once the server stops; then it is answered as it stands. */
    public static final long STOP_BODY_TIME_NS = 1_000_000_000L;

    /**
     * How long what a client still sends is read and dropped after the last answer, so that it can
     * read that.
     */
    public static final long LINGER_TIME_MAX_NS = 2_000_000_000L;

    /** How long a client may take to read the last answers of its connection. */
    public static final long LAST_WRITE_TIME_MAX_NS = 30_000_000_000L;

    public static final int OUT_LENGTH_INITIAL = 4 * 1024;

    /**
     * From here on collected answers are handed to the channel, so that its water marks see them.
     */
    public static final int OUT_LENGTH_MAX = 64 * 1024;

    /**
     * Bodies from this length on are written as they are instead of being copied behind their head.
     */
    public static final int BODY_COPIED_MAX = 8 * 1024;

    /**
     * Bytes waiting for a slow client: above HIGH nothing more is read from it, below LOW it goes
     * on.
     */
    public static final int WRITE_WATER_MARK_LOW = 128 * 1024;

    public static final int WRITE_WATER_MARK_HIGH = 512 * 1024;

    /** Longest piece in which a body is handed on. */
    public static final int BODY_PIECE_LENGTH_MAX = 256 * 1024;

    /** Connections that wait to be accepted; the system may allow fewer (net.core.somaxconn). */
    public static final int ACCEPT_BACKLOG = 4096;

    /** Connections accepted before those that are there have their turn again. */
    public static final int ACCEPTS_PER_CYCLE_MAX = 16;

    /**
     * Ready sockets that a loop serves before it appends and answers what they published: when
     * thousands of clients go or come at once, a publish waits for these few, not for all.
     */
    public static final int SOCKETS_PER_CYCLE_MAX = 64;

    private HttpLimits() {}
}

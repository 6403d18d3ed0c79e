package dev.weft.server.counters;

/** What happens on the connections of one event loop. Writer: that event loop. */
public final class HttpCounters {
    private static final int STATUS_MIN = 100;
    private static final int STATUS_MAX = 599;

    public final Counter connectionsOpened = new Counter();
    public final Counter connectionsClosed = new Counter();
    public final Counter requests = new Counter();

    /** Times that nothing was accepted for a moment: no file descriptor. */
    public final Counter acceptPauses = new Counter();

    private final Counter[] answers = new Counter[STATUS_MAX - STATUS_MIN + 1];

    public HttpCounters() {
        for (int i = 0; i < answers.length; i++) {
            answers[i] = new Counter();
        }
    }

    /** Answers with a status, which lies in [100, 599]. */
    public Counter answers(final int status) {
        return answers[status - STATUS_MIN];
    }
}

package dev.weft.server.agui;

/**
 * What a session said, in one form. For one answer: takes the session's events one by one in their
 * order, those of one run alone if that is asked for, then writes. One thread.
 */
public interface SessionOutput {
    /** Longest answer in bytes. */
    int LENGTH_MAX = 16 * 1024 * 1024;

    /**
     * Takes the next event.
     *
     * @throws AguiException if the answer becomes longer than {@link #LENGTH_MAX}.
     */
    void on(StoredEvent event);

    /**
     * The answer, one JSON object.
     *
     * @throws AguiException if it is longer than {@link #LENGTH_MAX}.
     */
    byte[] finish();
}

package dev.weft.server.stream.replay;

/** The loop that a request comes from. */
public interface ReplayLoop {
    /**
     * Takes an answer of the replay thread over. Thread: replay.
     *
     * @return false if there is no room now.
     */
    boolean onReplayed(ReplayRequest answer);

    /** Newest sequence that all live subscribers have got. Any thread. */
    long handedOut();
}

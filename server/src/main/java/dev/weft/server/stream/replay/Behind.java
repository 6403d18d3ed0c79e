package dev.weft.server.stream.replay;

/** A subscriber that is behind what its loop hands out. Thread: that loop. */
@FunctionalInterface
public interface Behind {
    /** Takes what the replay thread read. Whatever goes wrong here ends this subscriber alone. */
    void onReplayed(ReplayRequest answer);
}

package dev.weft.bench.client;

/** Told once per read that delivered frames. Thread: the client's. */
@FunctionalInterface
public interface FrameListener {
    /** Nobody listens. */
    FrameListener NONE = (first, end) -> {};

    /**
     * Frames {@code first} to {@code end - 1} reached one subscriber in one read.
     *
     * @param first id of the first new frame.
     * @param end id that comes next.
     */
    void onFrames(long first, long end);
}

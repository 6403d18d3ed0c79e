package dev.weft.server.http.connection;

import dev.weft.server.http.HttpLimits;

/**
 * How long one connection may be silent, depending on what it is in the middle of. Told what moves,
 * and asked about once a second. Thread: the channel's event loop.
 */
final class TimeLimits {
    /** A limit that was passed. */
    enum Passed {
        NONE,
        /** A head takes too long. */
        HEAD,
        /** Nothing came in the middle of a body. */
        BODY_SILENCE,
        /** A body that is not live comes in drops. */
        BODY_RATE,
        /** There is no request, and has not been for long. */
        IDLE
    }

    private long quietSinceNs;
    private long headSinceNs; // 0: no head was begun, as far as the last look saw
    private long bodySinceNs; // 0: no look at this body yet
    private long windowSinceNs;
    private long windowLength; // bytes of the body in this window
    private long movedLength; // and since the last look
    private long takenLength; // of answers, as far as the last look saw
    private long takenNs; // since then nothing more of them

    TimeLimits(final long nowNs) {
        quietSinceNs = nowNs;
        takenNs = nowNs;
    }

    /** A request, or the last answer, was completed now. */
    void onQuiet(final long nowNs) {
        quietSinceNs = nowNs;
    }

    /** A head was completed; its body may follow. */
    void onHead() {
        headSinceNs = 0;
        bodySinceNs = 0;
    }

    void onBody(final int length) {
        movedLength += length;
    }

    /** The server slows the client: its body may be as late as it likes. */
    void onPaused() {
        bodySinceNs = 0;
    }

    /** Looks at a connection in the middle of a head. */
    Passed lookAtHead(final long nowNs) {
        headSinceNs = headSinceNs == 0 ? nowNs : headSinceNs;
        return nowNs - headSinceNs > HttpLimits.HEAD_TIME_MAX_NS ? Passed.HEAD : Passed.NONE;
    }

    /**
     * Looks at a connection in the middle of a body.
     *
     * @param isRateAsked whether it has to come at the least rate; not if it is a live stream of
     *     lines, which is as fast as what happens at the publisher.
     */
    Passed lookAtBody(final long nowNs, final boolean isRateAsked) {
        if (bodySinceNs == 0) {
            bodySinceNs = nowNs;
            beginWindow(nowNs);
            return Passed.NONE;
        }
        if (movedLength > 0) {
            bodySinceNs = nowNs;
            windowLength += movedLength;
            movedLength = 0;
        } else if (nowNs - bodySinceNs > HttpLimits.BODY_SILENCE_MAX_NS) {
            return Passed.BODY_SILENCE;
        }
        if (!isRateAsked) {
            beginWindow(nowNs);
        } else if (nowNs - windowSinceNs > HttpLimits.BODY_WINDOW_NS) {
            if (windowLength < HttpLimits.BODY_WINDOW_LENGTH_MIN) {
                return Passed.BODY_RATE;
            }
            beginWindow(nowNs);
        }
        return Passed.NONE;
    }

    private void beginWindow(final long nowNs) {
        windowSinceNs = nowNs;
        windowLength = 0;
        movedLength = 0;
    }

    /** Looks at a connection that has no request. */
    Passed lookAtIdle(final long nowNs) {
        return nowNs - quietSinceNs > HttpLimits.IDLE_TIME_MAX_NS ? Passed.IDLE : Passed.NONE;
    }

    /**
     * Looks at the answers that are written.
     *
     * @param isAllTaken whether none of them waits for the client.
     * @param length bytes that the client took so far.
     * @return whether it has taken nothing for too long.
     */
    boolean isAnswerStuck(final long nowNs, final boolean isAllTaken, final long length) {
        if (isAllTaken || length > takenLength) {
            takenLength = length;
            takenNs = nowNs;
        }
        return nowNs - takenNs > HttpLimits.ANSWER_SILENCE_MAX_NS;
    }

    /** Whether a connection that is closing has had its time. */
    boolean isEndOver(final long nowNs, final boolean isLastWritten) {
        return nowNs - quietSinceNs
                > (isLastWritten
                        ? HttpLimits.LINGER_TIME_MAX_NS
                        : HttpLimits.LAST_WRITE_TIME_MAX_NS);
    }
}

package dev.weft.server.sequencer;

/**
 * Appends of one publish that are too much for one: when one of them is refused, none that comes
 * after it is appended, although it may be on its way already. Thread: the sequencer's.
 */
public final class AppendSeries {
    private boolean isBroken;

    void onRefused() {
        isBroken = true;
    }

    boolean isBroken() {
        return isBroken;
    }
}

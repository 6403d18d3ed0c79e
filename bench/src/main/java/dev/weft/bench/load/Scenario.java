package dev.weft.bench.load;

import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Round;
import java.io.IOException;
import java.util.List;

/**
 * One question that the rig can answer. Its rounds run against Weft and against the floor in turn.
 */
interface Scenario {
    String name();

    /** One sentence: what is measured, under which conditions. */
    String claim();

    /** What the histograms of its rounds hold, empty if nothing. */
    default String timesMeaning() {
        return "";
    }

    /** What Weft's median round has to reach. */
    List<Goal> goals();

    /** Whether the bare loop runs beside it; no where it has no counterpart. */
    default boolean hasFloor() {
        return true;
    }

    /** Rounds against each server, the warm-up not counted. */
    default int roundCount(final int wanted) {
        return wanted;
    }

    /**
     * Runs one round.
     *
     * @param number from 1; 0 is the warm-up.
     */
    Round round(ServerProcess server, int number) throws IOException;
}

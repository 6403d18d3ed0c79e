package dev.weft.bench.rig;

import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question that the rig can answer. Its rounds run against all servers that take part, in turn.
 */
public interface Scenario {
    /** What is measured, under which conditions, and what has to be reached. */
    Question question();

    /** Whether this server has what is measured. */
    default boolean suits(final Contender contender) {
        return true;
    }

    /**
     * Where servers keep what they keep, to be used again in another run; null for a directory that
     * is made for the run and deleted.
     */
    default @Nullable Path directory() {
        return null;
    }

    /** Rounds against each server, the warm-up not counted. */
    default int roundCount(final int wanted) {
        return wanted;
    }

    /**
     * Measures what is no server, after the servers have been stopped; somebody else's, as peers
     * are.
     *
     * @param rounds of each.
     */
    default List<Round> besides(final int rounds) throws IOException {
        return List.of();
    }

    /**
     * Runs one round.
     *
     * @param number from 1; 0 is the warm-up.
     */
    Round round(ServerProcess server, int number) throws IOException;
}

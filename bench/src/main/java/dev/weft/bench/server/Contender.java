package dev.weft.bench.server;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A server that takes part in a run.
 *
 * @param name as it stands in reports.
 * @param dialect how it is spoken to.
 * @param isPeer whether it is somebody else's. A peer's void round is left out and told; a void
 *     round of any other makes the whole run worthless.
 * @param starter starts it.
 */
public record Contender(String name, Dialect dialect, boolean isPeer, Starter starter) {
    /** Whether it is a bare loop of socket writes. */
    public boolean isFloor() {
        return name.startsWith(Contenders.FLOOR);
    }

    /** Whether it takes batches and keeps events, so that a reader gets later what it missed. */
    public boolean remembers() {
        return dialect.hasBatches() && !isFloor();
    }

    /** Starts a process. */
    @FunctionalInterface
    public interface Starter {
        /**
         * Returns when the server accepts connections.
         *
         * @param directory an empty one, for what the server keeps.
         * @param log gets its error output.
         */
        ServerProcess start(Path directory, Path log) throws IOException;
    }
}

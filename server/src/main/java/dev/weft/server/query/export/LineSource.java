package dev.weft.server.query.export;

import dev.weft.server.query.History;

/** Where the lines of one export come from. Thread: query. */
interface LineSource {
    /** {@link #nextSequence}: there are no more. */
    long OVER = Long.MAX_VALUE;

    /**
     * Appends some lines to {@link History.Sources#lines}, in the time of a page.
     *
     * @param countMax most events, at least one.
     * @return events appended.
     */
    long read(History.Sources sources, long countMax);

    /** Lowest sequence that it still has to read, or {@link #OVER}. */
    long nextSequence();
}

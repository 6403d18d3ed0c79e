package dev.weft.server.cli.publish;

import org.jspecify.annotations.Nullable;

/** Makes events of lines. */
public interface LineSource {
    /**
     * The event that a line stands for, as JSON with an id.
     *
     * @param number of the line in the input, from 1 on.
     * @return null if it stands for none and is to be passed over.
     * @throws IllegalArgumentException if it should but cannot; the message says why.
     */
    @Nullable String event(String line, long number);

    /** Everything up to this line of the input is in the journal, or was refused for good. */
    default void onDone(final long number, final String line) {}
}

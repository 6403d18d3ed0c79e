package dev.weft.server.journal.file;

/** What a reader asks the journal it reads from. Any thread; each call acquires. */
public interface ReadSource {
    /** Newest sequence in the mapped files; 0 for none. */
    long appendedSequence();

    /** Oldest sequence that can be read; {@code appendedSequence() + 1} when there is none. */
    long oldestSequence();

    /** Sequences below were deleted by retention; 0 for none. */
    long retainedFrom();

    /** To be asked for each search: they are replaced when they have become too large. */
    Positions positions();
}

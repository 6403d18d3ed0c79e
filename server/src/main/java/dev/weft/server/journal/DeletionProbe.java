package dev.weft.server.journal;

/** Is told each step of deleting a roll file, so that a test can stop the process there. */
@FunctionalInterface
public interface DeletionProbe {
    DeletionProbe NONE = step -> {};

    void at(Step step);

    /** What has just happened. */
    enum Step {
        MARK_MOVED,
        TAKEN_OUT,
        UNLINKED,
        FORCED
    }
}

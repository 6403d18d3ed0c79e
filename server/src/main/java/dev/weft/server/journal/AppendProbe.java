package dev.weft.server.journal;

/** Is told each step of an append, so that a test can stop the process there. */
@FunctionalInterface
public interface AppendProbe {
    AppendProbe NONE = step -> {};

    void at(Step step);

    /** What is about to happen or has just happened. */
    enum Step {
        BEFORE_COPY,
        AFTER_COPY,
        AFTER_COMMIT,
        BEFORE_VISIBLE,
        AFTER_VISIBLE
    }
}

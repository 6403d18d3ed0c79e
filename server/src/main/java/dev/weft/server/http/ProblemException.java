package dev.weft.server.http;

import dev.weft.protocol.Problem;

/** Ends the handling of a request with a problem. Never thrown on the publish or delivery path. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    public ProblemException(final Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}

package dev.weft.bench.client;

/** Something that the server should have done did not happen in its time; the round is void. */
public final class StalledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StalledException(final String message) {
        super(message);
    }
}

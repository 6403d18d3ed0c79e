package dev.weft.bench.load;

/** Something that the server should have done did not happen in its time; the round is void. */
final class StalledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StalledException(final String message) {
        super(message);
    }
}

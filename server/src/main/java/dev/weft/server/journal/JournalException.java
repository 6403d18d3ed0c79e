package dev.weft.server.journal;

/**
 * What a caller of the journal cannot foresee. {@link #isFatal}: the process must stop rather than
 * go on.
 */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean fatal;

    public JournalException(final boolean fatal, final String message) {
        super((fatal ? "FATAL: " : "ERROR: ") + message);
        this.fatal = fatal;
    }

    public JournalException(final boolean fatal, final String message, final Throwable cause) {
        super((fatal ? "FATAL: " : "ERROR: ") + message, cause);
        this.fatal = fatal;
    }

    public boolean isFatal() {
        return fatal;
    }
}

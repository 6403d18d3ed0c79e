package dev.weft.server.bridge.fabric;

/** The events' side cannot be reached now, or does not let the bridge in. */
public final class FabricException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean isFinal;

    /**
     * Makes one.
     *
     * @param isFinal whether trying again is of no use.
     */
    public FabricException(final String message, final boolean isFinal) {
        super(message);
        this.isFinal = isFinal;
    }

    /** Whether trying again is of no use. */
    public boolean isFinal() {
        return isFinal;
    }
}

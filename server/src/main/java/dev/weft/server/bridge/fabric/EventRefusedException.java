package dev.weft.server.bridge.fabric;

/** One event of a batch breaks a rule, so nothing of the batch was appended. */
public final class EventRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int index;

    /**
     * Makes one.
     *
     * @param index of the event in its batch.
     * @param rule that it breaks.
     */
    public EventRefusedException(final int index, final String rule) {
        super(rule, null, false, false);
        this.index = index;
    }

    public int index() {
        return index;
    }
}

package dev.weft.server.agui;

/** Something is no AG-UI event, no input of a run, or would be too long; the text says why. */
public final class AguiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param detail one sentence for people that names the member and the rule.
     */
    AguiException(final String detail) {
        super(detail, null, false, false);
    }

    /** One sentence for people that names the member and the rule. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}

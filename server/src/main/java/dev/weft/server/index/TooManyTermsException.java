package dev.weft.server.index;

/** A field has so many texts in what was asked for that counting each would hold up others. */
public final class TooManyTermsException extends RuntimeException {
    /** Texts that are counted apart at most. */
    public static final int TERMS_MAX = 65_536;

    private static final long serialVersionUID = 1L;

    public TooManyTermsException(final IndexField field) {
        super("too many texts to count each: field=" + field.parameter() + " max=" + TERMS_MAX);
    }
}

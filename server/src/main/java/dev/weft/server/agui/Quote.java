package dev.weft.server.agui;

/** Shows somebody's text in a sentence: short, and in quotes. Stateless. */
final class Quote {
    private static final int LENGTH_MAX = 64;

    private Quote() {}

    static String of(final String text) {
        return text.length() <= LENGTH_MAX
                ? '"' + text + '"'
                : '"' + text.substring(0, LENGTH_MAX) + "…\"";
    }
}

package dev.weft.protocol.json;

/**
 * Rewrites JSON that {@link JsonScanner} has accepted. The result is never longer than the source.
 * Targets need {@link JsonScanner#PADDING} bytes behind the result.
 */
public final class JsonText {
    private JsonText() {}

    /**
     * Writes a string's content with the fewest escapes: quote, backslash and control characters
     * only, the latter in their short form where there is one.
     *
     * @param from behind the opening quote of the source.
     * @param to its closing quote.
     * @return end of the result in the target.
     */
    public static int canonical(
            final byte[] source, final int from, final int to, final byte[] target, final int at) {
        int p = from;
        int o = at;
        while (p < to) {
            final long word = Words.get(source, p);
            final long marks = Words.backslashes(word);
            Words.put(target, o, word);
            final int plain = Math.min(marks == 0 ? Long.BYTES : Words.first(marks), to - p);
            p += plain;
            o += plain;
            if (p < to && source[p] == '\\') {
                if (source[p + 1] == 'u') {
                    final int codePoint = codePoint(source, p);
                    o = put(target, o, codePoint);
                    p += codePoint >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 12 : 6;
                } else {
                    o = shortEscape(target, o, source[p + 1]);
                    p += 2;
                }
            }
        }
        return o;
    }

    /**
     * Writes a value without the white space between its tokens; strings and numbers keep their
     * bytes.
     *
     * @return end of the result in the target.
     */
    public static int compact(
            final byte[] source, final int from, final int to, final byte[] target, final int at) {
        int p = from;
        int o = at;
        while (p < to) {
            final byte b = source[p++];
            if (b == '"') {
                final int end = closingQuote(source, p) + 1;
                o = Words.copy(source, p - 1, target, o, end - p + 1);
                p = end;
            } else if (b > ' ') {
                target[o++] = b;
            }
        }
        return o;
    }

    /**
     * Writes a plain text, valid UTF-8, as a string's content: the reverse of reading it.
     *
     * @param source with {@link JsonScanner#PADDING} bytes behind {@code to}.
     * @param target with room for six times the text.
     * @return end of the result in the target.
     */
    public static int escape(
            final byte[] source, final int from, final int to, final byte[] target, final int at) {
        int p = from;
        int o = at;
        while (p < to) {
            final long word = Words.get(source, p);
            final long marks = Words.specials(word);
            Words.put(target, o, word);
            final int plain = Math.min(marks == 0 ? Long.BYTES : Words.first(marks), to - p);
            p += plain;
            o += plain;
            if (p < to && marks != 0) {
                final byte b = source[p++];
                if (b < 0) {
                    target[o++] = b; // of a character beyond ASCII, which needs no escape
                } else {
                    o = put(target, o, b);
                }
            }
        }
        return o;
    }

    /** Number of characters (code points) in the content of a canonical string. */
    public static int characters(final byte[] text, final int from, final int to) {
        int count = 0;
        for (int p = from; p < to; p++) {
            if (text[p] == '\\') {
                p += text[p + 1] == 'u' ? 5 : 1;
            }
            count += Utf8.isContinuation(text[p]) ? 0 : 1;
        }
        return count;
    }

    /**
     * Appends a text as a JSON string, with its quotes. For answers and for events that this server
     * makes.
     */
    public static void quote(final StringBuilder json, final CharSequence text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append((char) Hex.digit(c >> 4)).append((char) Hex.digit(c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    private static int closingQuote(final byte[] source, final int from) {
        int p = from;
        while (true) {
            final long marks = Words.quotesAndBackslashes(Words.get(source, p));
            if (marks == 0) {
                p += Long.BYTES;
                continue;
            }
            p += Words.first(marks);
            if (source[p] == '"') {
                return p;
            }
            p += 2;
        }
    }

    /** The character of an escape {@code \\uXXXX}, or of two that are a pair. */
    private static int codePoint(final byte[] source, final int at) {
        final int unit = Hex.unit(source, at + 2);
        return Character.isHighSurrogate((char) unit)
                ? Character.toCodePoint((char) unit, (char) Hex.unit(source, at + 8))
                : unit;
    }

    private static int put(final byte[] target, final int at, final int codePoint) {
        return switch (codePoint) {
            case '"', '\\' -> shortEscape(target, at, (byte) codePoint);
            case '\b' -> shortEscape(target, at, (byte) 'b');
            case '\f' -> shortEscape(target, at, (byte) 'f');
            case '\n' -> shortEscape(target, at, (byte) 'n');
            case '\r' -> shortEscape(target, at, (byte) 'r');
            case '\t' -> shortEscape(target, at, (byte) 't');
            default ->
                    codePoint < ' '
                            ? longEscape(target, at, codePoint)
                            : Utf8.put(target, at, codePoint);
        };
    }

    private static int shortEscape(final byte[] target, final int at, final byte letter) {
        if (letter == '/') {
            target[at] = letter;
            return at + 1;
        }
        target[at] = '\\';
        target[at + 1] = letter;
        return at + 2;
    }

    private static int longEscape(final byte[] target, final int at, final int control) {
        target[at] = '\\';
        target[at + 1] = 'u';
        target[at + 2] = '0';
        target[at + 3] = '0';
        target[at + 4] = Hex.digit(control >> 4);
        target[at + 5] = Hex.digit(control);
        return at + 6;
    }
}

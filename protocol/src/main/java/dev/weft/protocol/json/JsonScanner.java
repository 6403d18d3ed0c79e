package dev.weft.protocol.json;

/**
 * Checks JSON and finds where its values end. It holds positions only: what it steps over stays
 * where it lies. Stricter than RFC 8259 where a reader could be harmed: no unpaired surrogates, no
 * invalid UTF-8, bounded depth, and numbers that every reader can hold.
 *
 * <p>{@link #wrap} writes a NUL behind the text. No JSON token goes on at a NUL, so that every loop
 * ends there without looking for the end. Methods take the position to begin at and return the one
 * behind what they read, or {@link #FAILED}; then {@link #fault} and {@link #faultOffset} say why.
 * One thread.
 */
public final class JsonScanner {
    /** Bytes that an array must have behind its text. */
    public static final int PADDING = Long.BYTES;

    /** Not what was asked for; see {@link #fault}. */
    public static final int FAILED = -1;

    /** Longest number, in characters; the same limit as Jackson's. */
    public static final int NUMBER_LENGTH_MAX = 1_000;

    private static final int TRUE = 't' | 'r' << 8 | 'u' << 16 | 'e' << 24;
    private static final int ALSE = 'a' | 'l' << 8 | 's' << 16 | 'e' << 24;
    private static final int NULL = 'n' | 'u' << 8 | 'l' << 16 | 'l' << 24;

    private byte[] bytes = new byte[PADDING];
    private int limit;
    private boolean escaped;
    private boolean spaced;
    private JsonFault fault = JsonFault.NONE;
    private int faultOffset;

    /**
     * Sets the text.
     *
     * @param limit end of the text; {@code text[limit]} is overwritten with a NUL.
     */
    public void wrap(final byte[] text, final int limit) {
        if (limit + PADDING > text.length) {
            throw new IllegalArgumentException(
                    "no padding: limit=" + limit + " length=" + text.length);
        }
        text[limit] = 0;
        bytes = text;
        this.limit = limit;
        fault = JsonFault.NONE;
    }

    /** Whether the last string has a backslash, so that its bytes are not yet its text. */
    public boolean isEscaped() {
        return escaped;
    }

    /** Whether the last {@link #value} has white space between its tokens. */
    public boolean isSpaced() {
        return spaced;
    }

    public JsonFault fault() {
        return fault;
    }

    /** Position of the byte that was refused. */
    public int faultOffset() {
        return faultOffset;
    }

    /** First position from {@code at} on that holds no white space. */
    public int skipSpace(final int at) {
        final byte[] text = bytes;
        int p = at;
        while (text[p] <= ' ' && isSpace(text[p])) {
            p++;
        }
        return p;
    }

    /**
     * Reads a string.
     *
     * @param from behind the opening quote.
     * @return position of the closing quote.
     */
    public int string(final int from) {
        final byte[] text = bytes;
        escaped = false;
        int p = from;
        while (true) {
            final long marks = Words.specials(Words.get(text, p));
            if (marks == 0) {
                p += Long.BYTES;
                continue;
            }
            p += Words.first(marks);
            final byte b = text[p];
            if (b == '"') {
                return p;
            }
            p =
                    b < 0
                            ? beyondAscii(text, p)
                            : b == '\\' ? escape(text, p) : fail(JsonFault.CONTROL_CHARACTER, p);
            if (p == FAILED) {
                return FAILED;
            }
        }
    }

    /**
     * Reads a value of any kind, with all that is nested in it.
     *
     * @param at its first byte.
     * @param depthMax most levels of objects and arrays in it.
     */
    public int value(final int at, final int depthMax) {
        final byte[] text = bytes;
        long objects = 0; // one bit per open level, the innermost lowest: 1 for an object
        int depth = 0;
        int p = at;
        spaced = false;
        while (true) {
            final byte b = text[p];
            if (b == '{' || b == '[') {
                if (++depth > depthMax) {
                    return fail(JsonFault.DEPTH, p);
                }
                final boolean object = b == '{';
                objects = objects << 1 | (object ? 1 : 0);
                p = space(text, p + 1);
                if (text[p] != (object ? '}' : ']')) {
                    p = object ? name(p) : p;
                    if (p == FAILED) {
                        return FAILED;
                    }
                    continue;
                }
                depth--;
                objects >>>= 1;
                p++;
            } else if (b == '"') {
                p = string(p + 1);
                if (p == FAILED) {
                    return FAILED;
                }
                p++;
            } else {
                p = scalar(text, p);
                if (p == FAILED) {
                    return FAILED;
                }
            }
            while (true) {
                if (depth == 0) {
                    return p;
                }
                p = space(text, p);
                final boolean object = (objects & 1) != 0;
                if (text[p] == ',') {
                    p = space(text, p + 1);
                    p = object ? name(p) : p;
                    if (p == FAILED) {
                        return FAILED;
                    }
                    break;
                }
                if (text[p] != (object ? '}' : ']')) {
                    return fail(JsonFault.COMMA_EXPECTED, p);
                }
                p++;
                depth--;
                objects >>>= 1;
            }
        }
    }

    /** Notes a fault; one at the end of the text is that it is incomplete. */
    public int fail(final JsonFault reason, final int at) {
        fault = at >= limit ? JsonFault.INCOMPLETE : reason;
        faultOffset = Math.min(at, limit);
        return FAILED;
    }

    /** Member name, colon and white space; returns the first byte of the member's value. */
    private int name(final int at) {
        if (bytes[at] != '"') {
            return fail(JsonFault.NAME_EXPECTED, at);
        }
        final int end = string(at + 1);
        if (end == FAILED) {
            return FAILED;
        }
        final int colon = space(bytes, end + 1);
        return bytes[colon] == ':'
                ? space(bytes, colon + 1)
                : fail(JsonFault.COLON_EXPECTED, colon);
    }

    private int space(final byte[] text, final int at) {
        if (text[at] > ' ' || !isSpace(text[at])) {
            return at;
        }
        spaced = true;
        return skipSpace(at);
    }

    private int scalar(final byte[] text, final int at) {
        return switch (text[at]) {
            case 't' ->
                    Words.getInt(text, at) == TRUE ? at + 4 : fail(JsonFault.VALUE_EXPECTED, at);
            case 'f' ->
                    Words.getInt(text, at + 1) == ALSE
                            ? at + 5
                            : fail(JsonFault.VALUE_EXPECTED, at);
            case 'n' ->
                    Words.getInt(text, at) == NULL ? at + 4 : fail(JsonFault.VALUE_EXPECTED, at);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(at);
            default -> fail(JsonFault.VALUE_EXPECTED, at);
        };
    }

    private int number(final int at) {
        final byte[] text = bytes;
        final int first = text[at] == '-' ? at + 1 : at;
        int p = digits(text, first);
        final int integerDigits = p - first;
        if (integerDigits == 0 || (integerDigits > 1 && text[first] == '0')) {
            return fail(JsonFault.NUMBER, p);
        }
        if (text[p] == '.') {
            final int fraction = p + 1;
            p = digits(text, fraction);
            if (p == fraction) {
                return fail(JsonFault.NUMBER, p);
            }
        }
        final int mantissaEnd = p;
        if ((text[p] | 0x20) == 'e') {
            final int exponent = text[p + 1] == '-' || text[p + 1] == '+' ? p + 2 : p + 1;
            p = digits(text, exponent);
            if (p == exponent) {
                return fail(JsonFault.NUMBER, p);
            }
        }
        if (p - at > NUMBER_LENGTH_MAX) {
            return fail(JsonFault.NUMBER_LENGTH, at);
        }
        final boolean small = p == mantissaEnd && integerDigits <= Numbers.SAFE_DIGITS;
        return small || Numbers.isFinite(text, first, mantissaEnd, p)
                ? p
                : fail(JsonFault.NUMBER_RANGE, at);
    }

    private int beyondAscii(final byte[] text, final int at) {
        int p = at;
        do {
            final int next = Utf8.next(text, p);
            if (next == FAILED) {
                return fail(JsonFault.UTF8, p);
            }
            p = next;
        } while (text[p] < 0);
        return p;
    }

    private int escape(final byte[] text, final int at) {
        escaped = true;
        return switch (text[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            case 'u' -> unicodeEscape(text, at);
            default -> fail(JsonFault.ESCAPE, at + 1);
        };
    }

    private int unicodeEscape(final byte[] text, final int at) {
        final int unit = Hex.unit(text, at + 2);
        if (unit < 0) {
            return fail(JsonFault.ESCAPE, at);
        }
        if (unit < Character.MIN_SURROGATE || unit > Character.MAX_SURROGATE) {
            return at + 6;
        }
        final boolean paired =
                unit <= Character.MAX_HIGH_SURROGATE && text[at + 6] == '\\' && text[at + 7] == 'u';
        final int other = paired ? Hex.unit(text, at + 8) : 0;
        return other >= Character.MIN_LOW_SURROGATE && other <= Character.MAX_LOW_SURROGATE
                ? at + 12
                : fail(JsonFault.SURROGATE, at);
    }

    private static int digits(final byte[] text, final int at) {
        int p = at;
        while (text[p] >= '0' && text[p] <= '9') {
            p++;
        }
        return p;
    }

    private static boolean isSpace(final byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}

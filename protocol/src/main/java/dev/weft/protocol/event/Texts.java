package dev.weft.protocol.event;

import dev.weft.protocol.Limits;
import dev.weft.protocol.json.JsonText;
import dev.weft.protocol.json.Words;

/** Rules for the texts of an event, on their canonical bytes. */
final class Texts {
    private static final byte TYPE_FIRST = 1;
    private static final byte TYPE_NEXT = 2;
    private static final byte KIND_FIRST = 4;
    private static final byte KIND_NEXT = 8;
    private static final byte SUBJECT_ID = 16;
    private static final byte[] CLASSES = classes();
    private static final long WEFT = Words.of("weft.");
    private static final long JOURNAL = Words.of("journal.");
    private static final long STREAM = Words.of("stream.c");
    private static final long COMPLETE = Words.of("complete");
    private static final int STREAM_COMPLETE_LENGTH = "stream.complete".length();

    private Texts() {}

    static boolean isType(final byte[] text, final int from, final int to) {
        return to > from
                && to - from <= Limits.TYPE_LENGTH_MAX
                && is(text[from], TYPE_FIRST)
                && all(text, from + 1, to, TYPE_NEXT);
    }

    /** Whether a type begins as those of the server do, or is the name of a control frame. */
    static boolean isReservedType(final byte[] text, final int from, final int to) {
        final long head = Words.get(text, from);
        return (to - from >= 5 && (head & Words.mask(5)) == WEFT)
                || (to - from >= 8 && head == JOURNAL)
                || (to - from == STREAM_COMPLETE_LENGTH
                        && head == STREAM
                        && Words.get(text, to - Long.BYTES) == COMPLETE);
    }

    static boolean isSubject(final byte[] text, final int from, final int to) {
        int p = from;
        while (p < to && is(text[p], KIND_NEXT)) {
            p++;
        }
        final int idLength = to - p - 1;
        return p > from
                && p - from <= Limits.SUBJECT_KIND_LENGTH_MAX
                && is(text[from], KIND_FIRST)
                && text[p] == '/'
                && idLength >= 1
                && idLength <= Limits.SUBJECT_ID_LENGTH_MAX
                && all(text, p + 1, to, SUBJECT_ID);
    }

    /** Whether it has 1 to 128 characters and no control character. */
    static boolean isIdentifier(final byte[] text, final int from, final int to) {
        final int length = to - from;
        return length > 0
                && (length <= Limits.ID_CHARACTERS_MAX
                        || JsonText.characters(text, from, to) <= Limits.ID_CHARACTERS_MAX)
                && (!Words.hasBackslashOrDelete(text, from, to) || hasNoControl(text, from, to));
    }

    private static boolean hasNoControl(final byte[] text, final int from, final int to) {
        for (int p = from; p < to; p++) {
            if (text[p] == 0x7F) {
                return false;
            }
            if (text[p] == '\\') {
                p++;
                if (text[p] != '"' && text[p] != '\\') {
                    return false; // canonical text escapes nothing else but control characters
                }
            }
        }
        return true;
    }

    private static boolean all(
            final byte[] text, final int from, final int to, final byte charClass) {
        for (int p = from; p < to; p++) {
            if (!is(text[p], charClass)) {
                return false;
            }
        }
        return true;
    }

    private static boolean is(final byte b, final byte charClass) {
        return (CLASSES[b & 0xFF] & charClass) != 0;
    }

    private static byte[] classes() {
        final byte[] classes = new byte[256];
        for (int c = 'a'; c <= 'z'; c++) {
            classes[c] = TYPE_FIRST | TYPE_NEXT | KIND_FIRST | KIND_NEXT | SUBJECT_ID;
        }
        for (int c = 'A'; c <= 'Z'; c++) {
            classes[c] = TYPE_FIRST | TYPE_NEXT | SUBJECT_ID;
        }
        for (int c = '0'; c <= '9'; c++) {
            classes[c] = TYPE_NEXT | KIND_NEXT | SUBJECT_ID;
        }
        classes['_'] = TYPE_NEXT | KIND_NEXT | SUBJECT_ID;
        classes['-'] = TYPE_NEXT | KIND_NEXT | SUBJECT_ID;
        classes['.'] = TYPE_NEXT | SUBJECT_ID;
        classes[':'] = TYPE_NEXT | SUBJECT_ID;
        classes['/'] = TYPE_NEXT;
        classes['@'] = SUBJECT_ID;
        return classes;
    }
}

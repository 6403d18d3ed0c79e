package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * One thing that a field may be: a text, or a prefix. The text is in the form in which it stands in
 * a frame, that is JSON-escaped.
 */
public final class Term implements Comparable<Term> {
    private final String text;
    private final boolean isPrefix;
    private final byte[] bytes;

    private Term(final String text, final boolean isPrefix) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty term");
        }
        this.text = text;
        this.isPrefix = isPrefix;
        bytes = text.getBytes(UTF_8);
    }

    public static Term exact(final String text) {
        return new Term(text, false);
    }

    public static Term prefix(final String text) {
        return new Term(text, true);
    }

    public String text() {
        return text;
    }

    public boolean isPrefix() {
        return isPrefix;
    }

    /** The text as it stands in a frame; not to be written to. */
    byte[] bytes() {
        return bytes;
    }

    boolean matches(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] wanted = bytes;
        if (isPrefix ? length < wanted.length : length != wanted.length) {
            return false;
        }
        for (int i = wanted.length - 1;
                i >= 0;
                i--) { // the ends of names differ more often than their beginnings
            if (buffer.getByte(offset + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(final Term other) {
        final int order = text.compareTo(other.text);
        return order != 0 ? order : Boolean.compare(isPrefix, other.isPrefix);
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Term term && isPrefix == term.isPrefix && text.equals(term.text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, isPrefix);
    }

    @Override
    public String toString() {
        return isPrefix ? text + '*' : text;
    }
}

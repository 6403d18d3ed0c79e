package dev.weft.server.index.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.fanout.Term;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The terms of a query in the form in which segments look them up. Immutable; equal if the terms
 * are, whatever the bounds of the queries.
 */
public final class Wanted {
    private final Object key;
    private final List<List<Text>> clauses;

    private Wanted(final Object key, final List<List<Text>> clauses) {
        this.key = key;
        this.clauses = clauses;
    }

    public static Wanted of(final EventQuery query) {
        final List<List<Text>> clauses = new ArrayList<>();
        query.terms().forEach((field, terms) -> clauses.add(clause(field, terms)));
        return new Wanted(query.terms(), List.copyOf(clauses));
    }

    private static List<Text> clause(final IndexField field, final List<Term> terms) {
        return terms.stream().map(term -> text(field, term)).toList();
    }

    /** All subjects of a kind are one text of another field. */
    private static Text text(final IndexField field, final Term term) {
        final String text = term.text();
        return field == IndexField.SUBJECT
                        && term.isPrefix()
                        && text.indexOf('/') == text.length() - 1
                ? new Text(
                        IndexField.SUBJECT_KIND,
                        text.substring(0, text.length() - 1).getBytes(UTF_8),
                        false)
                : new Text(field, text.getBytes(UTF_8), term.isPrefix());
    }

    /** Whether every event matches. */
    public boolean isAll() {
        return clauses.isEmpty();
    }

    /** Of each of them an event must have one. */
    List<List<Text>> clauses() {
        return clauses;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Wanted wanted && key.equals(wanted.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** One text of a field, or the beginning of some. */
    static final class Text {
        private final IndexField field;
        private final byte[] bytes;
        private final UnsafeBuffer buffer;
        private final boolean isPrefix;

        Text(final IndexField field, final byte[] bytes, final boolean isPrefix) {
            this.field = field;
            this.bytes = bytes;
            buffer = new UnsafeBuffer(bytes);
            this.isPrefix = isPrefix;
        }

        IndexField field() {
            return field;
        }

        /** Not to be written to. */
        byte[] bytes() {
            return bytes;
        }

        /** The same bytes. */
        UnsafeBuffer buffer() {
            return buffer;
        }

        boolean isPrefix() {
            return isPrefix;
        }
    }
}

package dev.weft.server.index;

import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which events are wanted: of every named field one of its terms, and within the bounds of sequence
 * and time. Immutable; equal for equal wishes, whatever their order. Any thread.
 */
public final class EventQuery {
    /** Every event. */
    public static final EventQuery ALL =
            new EventQuery(
                    Map.of(), 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    private final Map<IndexField, List<Term>> terms;
    private final long afterSequence;
    private final long beforeSequence;
    private final long sinceUs;
    private final long untilUs;
    private final long headSequence;

    private EventQuery(
            final Map<IndexField, List<Term>> terms,
            final long afterSequence,
            final long beforeSequence,
            final long sinceUs,
            final long untilUs,
            final long headSequence) {
        this.terms = terms;
        this.afterSequence = afterSequence;
        this.beforeSequence = beforeSequence;
        this.sinceUs = sinceUs;
        this.untilUs = untilUs;
        this.headSequence = headSequence;
    }

    /** What a stream with this filter would get. */
    public static EventQuery of(final Filter filter) {
        final Map<IndexField, Collection<Term>> wanted = new EnumMap<>(IndexField.class);
        filter.forEach((field, each) -> wanted.put(IndexField.valueOf(field.name()), each));
        EventQuery query = ALL;
        for (final Map.Entry<IndexField, Collection<Term>> entry : wanted.entrySet()) {
            query = query.where(entry.getKey(), entry.getValue());
        }
        return query;
    }

    /**
     * Of those only events whose field is one of the terms; the texts as they stand in a frame.
     *
     * @throws IllegalArgumentException if there are no terms, or the field has some already.
     */
    public EventQuery where(final IndexField field, final Collection<Term> anyOf) {
        if (anyOf.isEmpty() || terms.containsKey(field)) {
            throw new IllegalArgumentException("no terms, or a second time: field=" + field);
        }
        final Map<IndexField, List<Term>> more = new EnumMap<>(IndexField.class);
        more.putAll(terms);
        more.put(field, List.copyOf(new TreeSet<>(anyOf)));
        return new EventQuery(
                Collections.unmodifiableMap(more),
                afterSequence,
                beforeSequence,
                sinceUs,
                untilUs,
                headSequence);
    }

    /** Of those only events whose field has just this text, as it stands in a frame. */
    public EventQuery where(final IndexField field, final String text) {
        return where(field, List.of(Term.exact(text)));
    }

    /**
     * Of those only events whose field has just this text, whether or not the field has terms
     * already; to be asked only if those let it pass.
     */
    public EventQuery narrowed(final IndexField field, final String text) {
        final Map<IndexField, List<Term>> more = new EnumMap<>(IndexField.class);
        more.putAll(terms);
        more.put(field, List.of(Term.exact(text)));
        return new EventQuery(
                Collections.unmodifiableMap(more),
                afterSequence,
                beforeSequence,
                sinceUs,
                untilUs,
                headSequence);
    }

    /** Of those only what comes after a sequence; it is exclusive. */
    public EventQuery after(final long sequence) {
        return new EventQuery(
                terms,
                Math.max(afterSequence, sequence),
                beforeSequence,
                sinceUs,
                untilUs,
                headSequence);
    }

    /** Of those only what comes before a sequence; it is exclusive. */
    public EventQuery before(final long sequence) {
        return new EventQuery(
                terms,
                afterSequence,
                Math.min(beforeSequence, sequence),
                sinceUs,
                untilUs,
                headSequence);
    }

    /** Of those only what came after a time, microseconds since the epoch; it is exclusive. */
    public EventQuery since(final long timestampUs) {
        return new EventQuery(
                terms,
                afterSequence,
                beforeSequence,
                Math.max(sinceUs, timestampUs),
                untilUs,
                headSequence);
    }

    /** Of those only what came up to a time, microseconds since the epoch; it is inclusive. */
    public EventQuery until(final long timestampUs) {
        return new EventQuery(
                terms,
                afterSequence,
                beforeSequence,
                sinceUs,
                Math.min(untilUs, timestampUs),
                headSequence);
    }

    /** As if nothing came after this sequence, which is included: pages stay as they are. */
    public EventQuery upTo(final long head) {
        return new EventQuery(
                terms,
                afterSequence,
                beforeSequence,
                sinceUs,
                untilUs,
                Math.min(headSequence, head));
    }

    /** The fields that matter, each with the terms that it may be, in order. */
    public Map<IndexField, List<Term>> terms() {
        return terms;
    }

    /** Exclusive; 0 for none. */
    public long afterSequence() {
        return afterSequence;
    }

    /** Exclusive; {@code Long.MAX_VALUE} for none. */
    public long beforeSequence() {
        return beforeSequence;
    }

    /** Exclusive, microseconds since the epoch; {@code Long.MIN_VALUE} for none. */
    public long sinceUs() {
        return sinceUs;
    }

    /** Inclusive, microseconds since the epoch; {@code Long.MAX_VALUE} for none. */
    public long untilUs() {
        return untilUs;
    }

    /** Inclusive; {@code Long.MAX_VALUE} for none. */
    public long headSequence() {
        return headSequence;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof EventQuery query
                && terms.equals(query.terms)
                && bounds().equals(query.bounds());
    }

    @Override
    public int hashCode() {
        return 31 * terms.hashCode() + bounds().hashCode();
    }

    @Override
    public String toString() {
        return terms + " " + bounds();
    }

    private List<Long> bounds() {
        final List<Long> bounds = new ArrayList<>();
        Collections.addAll(bounds, afterSequence, beforeSequence, sinceUs, untilUs, headSequence);
        return bounds;
    }
}

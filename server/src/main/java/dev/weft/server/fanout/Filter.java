package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Which events a subscriber wants: every named field must be one of its terms. Immutable; equal for
 * equal wishes whatever their order, so that subscribers who want the same share a {@link Group}.
 */
public final class Filter {
    /** Lets everything pass. */
    public static final Filter ALL = new Filter(new Clause[0], null);

    /** The members of an event that can be filtered by. */
    public enum Field {
        TYPE("type", RecordDescriptor.TYPE_OFFSET),
        CATEGORY("category", RecordDescriptor.CATEGORY_OFFSET),
        SUBJECT("subject", RecordDescriptor.SUBJECT_OFFSET),
        CORRELATION_ID("correlation_id", RecordDescriptor.CORRELATION_ID_OFFSET),
        CAUSATION_ID("causation_id", RecordDescriptor.CAUSATION_ID_OFFSET),
        RUN_ID("run_id", RecordDescriptor.RUN_ID_OFFSET),
        STEP_ID("step_id", RecordDescriptor.STEP_ID_OFFSET);

        private final String parameter;
        private final int descriptorOffset;

        Field(final String parameter, final int descriptorOffset) {
            this.parameter = parameter;
            this.descriptorOffset = descriptorOffset;
        }

        /** Name of the query parameter, and of the event's member. */
        public String parameter() {
            return parameter;
        }

        int descriptorOffset() {
            return descriptorOffset;
        }
    }

    private final Clause[] clauses;
    private final @Nullable Ending ending;
    private final int hash;

    private Filter(final Clause[] clauses, final @Nullable Ending ending) {
        this.clauses = clauses;
        this.ending = ending;
        hash = 31 * Arrays.hashCode(clauses) + Objects.hashCode(ending);
    }

    /** Makes a filter of the terms by field; a field without terms is not looked at. */
    public static Filter of(final Map<Field, ? extends Set<Term>> terms) {
        final EnumMap<Field, Set<Term>> ordered = new EnumMap<>(Field.class);
        terms.forEach(
                (field, set) -> {
                    if (!set.isEmpty()) {
                        ordered.put(field, new TreeSet<>(set));
                    }
                });
        if (ordered.isEmpty()) {
            return ALL;
        }
        return new Filter(
                ordered.entrySet().stream()
                        .map(
                                entry ->
                                        new Clause(
                                                entry.getKey(),
                                                entry.getValue().toArray(new Term[0])))
                        .toArray(Clause[]::new),
                null);
    }

    /**
     * The same up to a last event; nothing after it is wanted.
     *
     * @throws IllegalStateException for {@link #ALL}, of which nothing is the last.
     */
    public Filter endingWith(final Ending last) {
        if (isAll()) {
            throw new IllegalStateException("everything never ends: " + last);
        }
        return new Filter(clauses, last);
    }

    /** What its last event is, or null if it goes on for ever. */
    public @Nullable Ending ending() {
        return ending;
    }

    /** Whether it lets everything pass. */
    public boolean isAll() {
        return clauses.length == 0;
    }

    /** Tells its fields, each with the terms that it may be. */
    public void forEach(final BiConsumer<Field, List<Term>> consumer) {
        for (final Clause clause : clauses) {
            consumer.accept(clause.field, List.of(clause.terms));
        }
    }

    /** Whether it lets one record of a block pass. */
    public boolean matches(final BlockFlyweight block, final int index) {
        for (final Clause clause : clauses) {
            if (!clause.matches(block, index)) {
                return false;
            }
        }
        return true;
    }

    /** What it says of the other fields, without an end. */
    Filter without(final int index) {
        if (clauses.length == 1) {
            return ALL;
        }
        final Clause[] others = new Clause[clauses.length - 1];
        System.arraycopy(clauses, 0, others, 0, index);
        System.arraycopy(clauses, index + 1, others, index, others.length - index);
        return new Filter(others, null);
    }

    /** Fields that it names; 0 of {@link #ALL}. */
    int fieldCount() {
        return clauses.length;
    }

    /** One of its fields. */
    Field field(final int index) {
        return clauses[index].field;
    }

    /** What that field may be; not to be written to. */
    Term[] terms(final int index) {
        return clauses[index].terms;
    }

    /** The lower, the fewer events one expects to have one of these terms in the field. */
    int weight(final int index) {
        return clauses[index].weight();
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Filter filter
                && Arrays.equals(clauses, filter.clauses)
                && Objects.equals(ending, filter.ending);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return isAll() ? "all" : Arrays.toString(clauses);
    }

    /** One field and what it may be. */
    private static final class Clause {
        private final Field field;
        private final int descriptorOffset;
        private final Term[] terms;

        Clause(final Field field, final Term[] terms) {
            this.field = field;
            descriptorOffset = field.descriptorOffset;
            this.terms = terms;
        }

        int weight() {
            boolean isExact = true;
            for (final Term term : terms) {
                isExact &= !term.isPrefix();
            }
            return switch (field) {
                case SUBJECT -> isExact ? 4 : 60;
                case STEP_ID, CAUSATION_ID, CORRELATION_ID -> isExact ? 5 : 80;
                case RUN_ID -> isExact ? 6 : 80;
                case TYPE -> isExact ? 40 : 50;
                case CATEGORY -> 100;
            };
        }

        boolean matches(final BlockFlyweight block, final int index) {
            final DirectBuffer buffer = block.buffer();
            final int offset = block.fieldOffset(index, descriptorOffset);
            final int length = block.fieldLength(index, descriptorOffset);
            if (offset < 0 || offset > buffer.capacity() - length) {
                return false; // being overwritten while it is read; whoever reads it will notice
            }
            for (final Term term : terms) {
                if (term.matches(buffer, offset, length)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Clause clause
                    && field == clause.field
                    && Arrays.equals(terms, clause.terms);
        }

        @Override
        public int hashCode() {
            return 31 * field.hashCode() + Arrays.hashCode(terms);
        }

        @Override
        public String toString() {
            return field.parameter + '=' + Arrays.toString(terms);
        }
    }
}

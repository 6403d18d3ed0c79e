package dev.weft.server.index.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the events of a growing segment that match. What few events have is listed and then held
 * against the rest; what many have is read where it lies. So an answer makes little garbage,
 * however large the segment is. Thread: {@code weft-query}.
 */
final class GrowingMatches {
    private final TermTable terms;
    private final PostingLists lists;

    private final RecentQueries<GroupCounts> remembered = new RecentQueries<>();

    GrowingMatches(final TermTable terms, final PostingLists lists) {
        this.terms = terms;
        this.lists = lists;
    }

    /**
     * Those that have a text of each clause.
     *
     * @param count events of the segment; what is added later does not change the answer.
     */
    OrdinalSet of(final Wanted wanted, final int count) {
        final List<Integer> listed = new ArrayList<>();
        final List<OrdinalWords> words = new ArrayList<>();
        for (final List<Wanted.Text> clause : wanted.clauses()) {
            if (clause.size() > 1 || clause.get(0).isPrefix()) {
                words.add(any(clause, count));
                continue;
            }
            final int term = find(clause.get(0));
            if (term == TermTable.NONE) {
                return new OrdinalRange(0);
            }
            if (lists.isBitmap(term)) {
                words.add(lists.words(term));
            } else {
                listed.add(term);
            }
        }
        return listed.isEmpty()
                ? new FlatSet(all(words), count, remembered.of(wanted, GroupCounts::new))
                : listed(listed, words);
    }

    /** Those of one text. */
    OrdinalSet of(final int term, final int count) {
        return lists.isBitmap(term)
                ? new FlatSet(lists.words(term), count, new GroupCounts())
                : listed(List.of(term), List.of());
    }

    /** To be called when the segment forgets everything. */
    void clear() {
        remembered.clear();
    }

    private int find(final Wanted.Text text) {
        return terms.find(text.field(), text.buffer(), 0, text.bytes().length);
    }

    private static OrdinalWords all(final List<OrdinalWords> words) {
        if (words.size() == 1) {
            return words.get(0);
        }
        return new Intersection(words.toArray(new OrdinalWords[0]));
    }

    /** What is in each of them. */
    private static final class Intersection implements OrdinalWords {
        private final OrdinalWords[] each;

        Intersection(final OrdinalWords[] each) {
            this.each = each;
        }

        @Override
        public long word(final int index) {
            long word = -1;
            for (final OrdinalWords one : each) {
                word &= one.word(index);
            }
            return word;
        }

        @Override
        public void retain(final int index, final long[] words) {
            for (final OrdinalWords one : each) {
                one.retain(index, words);
            }
        }
    }

    /** Words that were put together for one answer. */
    private static final class Copied implements OrdinalWords {
        private final long[] copy;

        Copied(final long[] copy) {
            this.copy = copy;
        }

        @Override
        public long word(final int index) {
            return copy[index];
        }

        @Override
        public void retain(final int index, final long[] words) {
            final int present = Math.min(words.length, copy.length - index);
            for (int i = 0; i < present; i++) {
                words[i] &= copy[index + i];
            }
            Arrays.fill(words, present, words.length, 0);
        }
    }

    private OrdinalSet listed(final List<Integer> listed, final List<OrdinalWords> words) {
        int rarest = listed.get(0);
        for (final int term : listed) {
            if (terms.get(term, TermTable.COUNT) < terms.get(rarest, TermTable.COUNT)) {
                rarest = term;
            }
        }
        final int[] ordinals = lists.ordinals(rarest);
        int count = ordinals.length;
        for (final int term : listed) {
            count = term == rarest ? count : lists.retain(term, ordinals, count);
        }
        for (final OrdinalWords one : words) {
            count = retain(one, ordinals, count);
        }
        return new ListedSet(ordinals, count);
    }

    private static int retain(final OrdinalWords words, final int[] ordinals, final int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            final int ordinal = ordinals[i];
            if ((words.word(ordinal >>> 6) & (1L << ordinal)) != 0) {
                ordinals[kept++] = ordinal;
            }
        }
        return kept;
    }

    /** Those that have one text of a clause. */
    private OrdinalWords any(final List<Wanted.Text> clause, final int count) {
        final long[] words = new long[(count + Long.SIZE - 1) / Long.SIZE];
        for (final Wanted.Text text : clause) {
            if (text.isPrefix()) {
                for (int term = terms.newestOf(text.field());
                        term != TermTable.NONE;
                        term = terms.next(term)) {
                    if (terms.startsWith(term, text.bytes())) {
                        lists.setBits(term, words);
                    }
                }
            } else {
                final int term = find(text);
                if (term != TermTable.NONE) {
                    lists.setBits(term, words);
                }
            }
        }
        return new Copied(words);
    }
}

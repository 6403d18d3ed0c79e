package dev.weft.server.index.segment;

/** Sorts the texts of a segment by field and bytes. Keeps its arrays. Confined to a thread. */
final class TermOrder {
    private int[] sorted = {};
    private int[] spare = {};

    /** The numbers of all texts, sorted; valid until the next call, longer than needed. */
    int[] of(final TermTable terms) {
        final int count = terms.count();
        if (sorted.length < count) {
            sorted = new int[count];
            spare = new int[count];
        }
        for (int i = 0; i < count; i++) {
            sorted[i] = i;
        }
        for (int width = 1; width < count; width *= 2) {
            for (int from = 0; from < count; from += 2 * width) {
                merge(
                        terms,
                        from,
                        Math.min(from + width, count),
                        Math.min(from + 2 * width, count));
            }
            final int[] swapped = sorted;
            sorted = spare;
            spare = swapped;
        }
        return sorted;
    }

    private void merge(final TermTable terms, final int from, final int middle, final int to) {
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            final boolean isLeft =
                    left < middle
                            && (right >= to || terms.compare(sorted[left], sorted[right]) <= 0);
            spare[i] = isLeft ? sorted[left++] : sorted[right++];
        }
    }
}

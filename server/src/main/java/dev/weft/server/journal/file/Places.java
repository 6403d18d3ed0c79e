package dev.weft.server.journal.file;

/** Where a record begins, in one number: roll cycle and position of its header word. */
final class Places {
    private static final int OFFSET_BITS = 40;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

    private Places() {}

    static long of(final int cycle, final long offset) {
        return (long) cycle << OFFSET_BITS | offset;
    }

    static int cycle(final long place) {
        return (int) (place >>> OFFSET_BITS);
    }

    static long offset(final long place) {
        return place & OFFSET_MASK;
    }
}

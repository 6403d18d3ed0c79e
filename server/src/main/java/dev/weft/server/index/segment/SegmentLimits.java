package dev.weft.server.index.segment;

/**
 * When a segment stops growing, whichever comes first. All memory for it is reserved at once and
 * becomes resident as it is used, so these bounds are also those of memory.
 *
 * @param events in it.
 * @param terms texts that differ, of all fields.
 * @param textBytes of these texts.
 * @param listBytes of the lists of ordinals.
 * @param bitmapPages for texts that many events have; 8 KiB each.
 * @param listed a text that more events have than that gets bitmaps.
 */
public record SegmentLimits(
        int events, int terms, int textBytes, int listBytes, int bitmapPages, int listed) {
    /** Those of the product: a million events, about 190 MiB at the very most. */
    public static final SegmentLimits PRODUCT =
            new SegmentLimits(1 << 20, 1 << 19, 48 << 20, 48 << 20, 8_192, 16_384);

    /** What one event may need of each: eight texts of at most 64 KiB, each with a new list. */
    static final int EVENT_TERMS = 8;

    static final int EVENT_TEXT_BYTES = EVENT_TERMS << 16;
    static final int EVENT_LIST_BYTES = EVENT_TERMS * 512;

    /** The same for fewer events, for tests. */
    public static SegmentLimits of(final int events) {
        return new SegmentLimits(events, 1 << 14, 2 << 20, 2 << 20, 1_024, Math.max(8, events / 8));
    }

    /** Pages that one text may need. */
    int pagesPerTerm() {
        return (events + PostingLists.PAGE_BITS - 1) / PostingLists.PAGE_BITS;
    }
}

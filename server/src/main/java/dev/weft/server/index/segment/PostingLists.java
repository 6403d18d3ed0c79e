package dev.weft.server.index.segment;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import dev.weft.server.memory.LazyMemory;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * For each text of a growing segment the ordinals that have it, in rising order. The first one
 * stands in the text's record. The following ones are a list of distances, seven bits a byte, in a
 * chain of slices that become longer; once there are many, a bitmap in pages takes their place.
 * Nothing is allocated once the memory is reserved. Threads as {@link TermTable}.
 */
final class PostingLists {
    /** Ordinals that one page of a bitmap covers. */
    static final int PAGE_BITS = 1 << 16;

    private static final int PAGE_BYTES = PAGE_BITS / Byte.SIZE;
    private static final int PAGE_WORDS = PAGE_BYTES / SIZE_OF_LONG;
    private static final int[] SLICE_BYTES = {12, 28, 60, 124, 252};
    private static final int NO_PAGE = -1;

    private final SegmentLimits limits;
    private final TermTable terms;
    private final UnsafeBuffer lists;
    private final UnsafeBuffer pages;
    private final int pagesPerTerm;
    private final int[] pagesOfBitmap; // pagesPerTerm for each bitmap
    private final Chain converted = new Chain(); // used by who adds only
    private int listBytes;
    private int pageCount;
    private int bitmapCount;

    PostingLists(final SegmentLimits limits, final TermTable terms) {
        this.limits = limits;
        this.terms = terms;
        lists = new UnsafeBuffer(LazyMemory.allocate(limits.listBytes()));
        pages = new UnsafeBuffer(LazyMemory.allocate(limits.bitmapPages() * PAGE_BYTES));
        pagesPerTerm = limits.pagesPerTerm();
        pagesOfBitmap = new int[limits.bitmapPages()];
    }

    void clear() {
        listBytes = 0;
        pageCount = 0;
        bitmapCount = 0;
    }

    int listBytes() {
        return listBytes;
    }

    int pageBytes() {
        return pageCount * PAGE_BYTES;
    }

    /** Whether another event may not fit. */
    boolean isFull() {
        final int pagesMax = SegmentLimits.EVENT_TERMS * (pagesPerTerm + 1);
        return listBytes > limits.listBytes() - SegmentLimits.EVENT_LIST_BYTES
                || pageCount > limits.bitmapPages() - pagesMax
                || (bitmapCount + SegmentLimits.EVENT_TERMS) * pagesPerTerm > pagesOfBitmap.length;
    }

    /** Adds an ordinal, which is above all that the text has. */
    void add(final int term, final int ordinal) {
        final int count = terms.get(term, TermTable.COUNT);
        final int bitmap = terms.get(term, TermTable.BITMAP);
        if (bitmap >= 0) {
            setBit(bitmap, ordinal);
        } else if (count == 0) {
            terms.put(term, TermTable.FIRST, ordinal);
        } else {
            if (count == 1) {
                begin(term);
            }
            append(term, ordinal - terms.get(term, TermTable.LAST));
        }
        terms.put(term, TermTable.LAST, ordinal);
        terms.put(term, TermTable.COUNT, count + 1);
        if (count == limits.listed()) {
            toBitmap(term);
        }
    }

    private void begin(final int term) {
        terms.put(term, TermTable.HEAD, listBytes);
        terms.put(term, TermTable.WRITE, listBytes);
        terms.put(term, TermTable.END, listBytes + SLICE_BYTES[0]);
        terms.level(term, 0);
        listBytes += SLICE_BYTES[0] + SIZE_OF_INT;
    }

    private void append(final int term, final int distance) {
        int rest = distance;
        while (rest > 0x7F) {
            appendByte(term, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        appendByte(term, (byte) rest);
    }

    private void appendByte(final int term, final byte value) {
        int write = terms.get(term, TermTable.WRITE);
        if (write == terms.get(term, TermTable.END)) {
            final int level = Math.min(terms.level(term) + 1, SLICE_BYTES.length - 1);
            terms.level(term, level);
            lists.putInt(write, listBytes);
            write = listBytes;
            terms.put(term, TermTable.END, write + SLICE_BYTES[level]);
            listBytes += SLICE_BYTES[level] + SIZE_OF_INT;
        }
        lists.putByte(write, value);
        terms.put(term, TermTable.WRITE, write + 1);
    }

    private void toBitmap(final int term) {
        final int bitmap = bitmapCount++;
        for (int i = 0; i < pagesPerTerm; i++) {
            pagesOfBitmap[bitmap * pagesPerTerm + i] = NO_PAGE;
        }
        final int count = terms.get(term, TermTable.COUNT);
        final Chain chain = converted.begin(term);
        for (int i = 0; i < count; i++) {
            setBit(bitmap, chain.next());
        }
        terms.put(term, TermTable.BITMAP, bitmap);
    }

    private void setBit(final int bitmap, final int ordinal) {
        final int slot = bitmap * pagesPerTerm + ordinal / PAGE_BITS;
        int page = pagesOfBitmap[slot];
        if (page == NO_PAGE) {
            page = pageCount++;
            pages.setMemory(page * PAGE_BYTES, PAGE_BYTES, (byte) 0);
            pagesOfBitmap[slot] = page;
        }
        final int word = page * PAGE_BYTES + ((ordinal % PAGE_BITS) >>> 6) * SIZE_OF_LONG;
        pages.putLong(word, pages.getLong(word) | 1L << ordinal);
    }

    boolean isBitmap(final int term) {
        return terms.get(term, TermTable.BITMAP) >= 0;
    }

    /**
     * Copies the distances behind the first ordinal; not for a bitmap. Any array is long enough.
     */
    int distances(final int term, final byte[] target) {
        int length = 0;
        if (terms.get(term, TermTable.COUNT) > 1) {
            int read = terms.get(term, TermTable.HEAD);
            final int write = terms.get(term, TermTable.WRITE);
            int level = 0;
            int end = read + SLICE_BYTES[0];
            while (read != write) {
                if (read == end) {
                    read = lists.getInt(end);
                    level = Math.min(level + 1, SLICE_BYTES.length - 1);
                    end = read + SLICE_BYTES[level];
                }
                final int part = write >= read && write <= end ? write - read : end - read;
                lists.getBytes(read, target, length, part);
                length += part;
                read += part;
            }
        }
        return length;
    }

    /** The ordinals of a bitmap, where they lie; also those that will be added. */
    OrdinalWords words(final int term) {
        final int first = terms.get(term, TermTable.BITMAP) * pagesPerTerm;
        return new BitmapWords(first);
    }

    /** The ordinals of a list. */
    int[] ordinals(final int term) {
        final int[] ordinals = new int[terms.get(term, TermTable.COUNT)];
        final Chain chain = new Chain().begin(term);
        for (int i = 0; i < ordinals.length; i++) {
            ordinals[i] = chain.next();
        }
        return ordinals;
    }

    /**
     * Keeps those of some rising ordinals that are in a list, too.
     *
     * @return how many were kept, at the beginning of the array.
     */
    int retain(final int term, final int[] ordinals, final int count) {
        final int length = terms.get(term, TermTable.COUNT);
        final Chain chain = new Chain().begin(term);
        int kept = 0;
        int at = 0;
        for (int i = 0; i < length && at < count; i++) {
            final int ordinal = chain.next();
            while (at < count && ordinals[at] < ordinal) {
                at++;
            }
            if (at < count && ordinals[at] == ordinal) {
                ordinals[kept++] = ordinal;
                at++;
            }
        }
        return kept;
    }

    /** How many of its ordinals have a bit in the words. */
    int countIn(final int term, final long[] words) {
        int counted = 0;
        if (isBitmap(term)) {
            final OrdinalWords own = words(term);
            for (int i = 0; i < words.length; i++) {
                counted += Long.bitCount(words[i] & own.word(i));
            }
            return counted;
        }
        final int count = terms.get(term, TermTable.COUNT);
        final Chain chain = new Chain().begin(term);
        for (int i = 0; i < count; i++) {
            final int ordinal = chain.next();
            counted += (int) (words[ordinal >>> 6] >>> ordinal & 1);
        }
        return counted;
    }

    /** Sets a bit for each ordinal; the words reach that far. */
    void setBits(final int term, final long[] words) {
        if (isBitmap(term)) {
            setBitsOfPages(terms.get(term, TermTable.BITMAP), words);
            return;
        }
        final int count = terms.get(term, TermTable.COUNT);
        final Chain chain = new Chain().begin(term);
        for (int i = 0; i < count; i++) {
            final int ordinal = chain.next();
            words[ordinal >>> 6] |= 1L << ordinal;
        }
    }

    private void setBitsOfPages(final int bitmap, final long[] words) {
        for (int i = 0; i < pagesPerTerm && i * PAGE_WORDS < words.length; i++) {
            final int page = pagesOfBitmap[bitmap * pagesPerTerm + i];
            if (page != NO_PAGE) {
                final int from = i * PAGE_WORDS;
                final int wordCount = Math.min(PAGE_WORDS, words.length - from);
                for (int word = 0; word < wordCount; word++) {
                    words[from + word] |= pages.getLong(page * PAGE_BYTES + word * SIZE_OF_LONG);
                }
            }
        }
    }

    /** A bitmap. */
    private final class BitmapWords implements OrdinalWords {
        private final int first; // of its pages

        BitmapWords(final int first) {
            this.first = first;
        }

        @Override
        public long word(final int index) {
            final int page = pagesOfBitmap[first + index / PAGE_WORDS];
            return page == NO_PAGE ? 0 : pages.getLong(offset(page, index));
        }

        @Override
        public void retain(final int index, final long[] words) {
            final int page = pagesOfBitmap[first + index / PAGE_WORDS];
            if (page == NO_PAGE) {
                Arrays.fill(words, 0);
                return;
            }
            final int offset = offset(page, index);
            for (int i = 0; i < words.length; i++) {
                words[i] &= pages.getLong(offset + i * SIZE_OF_LONG);
            }
        }

        private static int offset(final int page, final int index) {
            return page * PAGE_BYTES + index % PAGE_WORDS * SIZE_OF_LONG;
        }
    }

    /** Reads the ordinals of a text out of its list. */
    private final class Chain {
        private int read;
        private int end;
        private int level;
        private int ordinal;
        private boolean isFirst;

        Chain begin(final int term) {
            ordinal = terms.get(term, TermTable.FIRST);
            read = terms.get(term, TermTable.HEAD);
            end = read + SLICE_BYTES[0];
            level = 0;
            isFirst = true;
            return this;
        }

        int next() {
            if (isFirst) {
                isFirst = false;
                return ordinal;
            }
            int distance = 0;
            int shift = 0;
            byte part;
            do {
                if (read == end) {
                    read = lists.getInt(end);
                    level = Math.min(level + 1, SLICE_BYTES.length - 1);
                    end = read + SLICE_BYTES[level];
                }
                part = lists.getByte(read++);
                distance |= (part & 0x7F) << shift;
                shift += 7;
            } while (part < 0);
            ordinal += distance;
            return ordinal;
        }
    }
}

package dev.weft.server.fanout;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Groups by a text that they want: open addressing over the bytes as they stand in a block, so that
 * a look-up builds no text. Bytes that a writer overwrites meanwhile lead to a wrong answer and to
 * nothing else. Thread: the I/O loop.
 */
final class TermTable {
    /** One text, and the groups that hang there. */
    static final class Entry {
        final byte[] text;
        final int hash;
        @Nullable Posting first;
        int count; // of the list

        Entry(final byte[] text, final int hash) {
            this.text = text;
            this.hash = hash;
        }
    }

    /** One group under one text: a link of the entry's list. */
    static final class Posting {
        final TermTable table;
        final Entry entry;
        final Group group;
        @Nullable Posting previous;
        @Nullable Posting next;

        Posting(final TermTable table, final Entry entry, final Group group) {
            this.table = table;
            this.entry = entry;
            this.group = group;
        }

        /** Takes the group away from under the text. */
        void remove() {
            table.remove(this);
        }
    }

    private static final int INITIAL_LENGTH = 16;

    private final TextHash textHash = new TextHash();
    private @Nullable Entry[] entries = new Entry[INITIAL_LENGTH];
    private int[] hashes = new int[INITIAL_LENGTH]; // beside the entries: most misses end there
    private int mask = INITIAL_LENGTH - 1;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Puts a group under a text. */
    Posting add(final byte[] text, final Group group) {
        final UnsafeBuffer bytes = new UnsafeBuffer(text);
        final int hash = textHash.of(bytes, 0, text.length);
        Entry entry = find(bytes, 0, text.length, hash);
        if (entry == null) {
            if (2 * (size + 1) > entries.length) {
                grow();
            }
            entry = new Entry(text, hash);
            insert(entry);
            size++;
        }
        final Posting posting = new Posting(this, entry, group);
        final Posting first = entry.first;
        posting.next = first;
        if (first != null) {
            first.previous = posting;
        }
        entry.first = posting;
        entry.count++;
        return posting;
    }

    /** How many groups hang under a text. */
    int count(final byte[] text) {
        final UnsafeBuffer bytes = new UnsafeBuffer(text);
        final Entry entry = find(bytes, 0, text.length, textHash.of(bytes, 0, text.length));
        return entry == null ? 0 : entry.count;
    }

    /** The groups under the bytes, as a list, or null. */
    @Nullable Posting find(final DirectBuffer buffer, final int offset, final int length) {
        final Entry entry = find(buffer, offset, length, textHash.of(buffer, offset, length));
        return entry == null ? null : entry.first;
    }

    private @Nullable Entry find(
            final DirectBuffer buffer, final int offset, final int length, final int hash) {
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            final Entry entry = entries[i];
            if (entry == null) {
                return null;
            }
            if (hashes[i] == hash && isAt(buffer, offset, length, entry.text)) {
                return entry;
            }
        }
    }

    private void remove(final Posting posting) {
        posting.entry.count--;
        final Posting previous = posting.previous;
        final Posting next = posting.next;
        if (next != null) {
            next.previous = previous;
        }
        if (previous != null) {
            previous.next = next;
            return;
        }
        posting.entry.first = next;
        if (next == null) {
            remove(posting.entry);
        }
    }

    /** Closes the hole that the entry leaves, so that every walk still ends at the first hole. */
    private void remove(final Entry entry) {
        int hole = entry.hash & mask;
        while (entries[hole] != entry) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; entries[i] != null; i = (i + 1) & mask) {
            if (((i - hashes[i]) & mask) >= ((i - hole) & mask)) { // its walk passes the hole
                entries[hole] = entries[i];
                hashes[hole] = hashes[i];
                hole = i;
            }
        }
        entries[hole] = null;
        size--;
    }

    private void grow() {
        final Entry[] before = entries;
        entries = new Entry[2 * before.length];
        hashes = new int[2 * before.length];
        mask = entries.length - 1;
        for (final Entry entry : before) {
            if (entry != null) {
                insert(entry);
            }
        }
    }

    private void insert(final Entry entry) {
        int i = entry.hash & mask;
        while (entries[i] != null) {
            i = (i + 1) & mask;
        }
        entries[i] = entry;
        hashes[i] = entry.hash;
    }

    private static boolean isAt(
            final DirectBuffer buffer, final int offset, final int length, final byte[] text) {
        if (length != text.length) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) {
            if (buffer.getByte(offset + i) != text[i]) {
                return false;
            }
        }
        return true;
    }
}

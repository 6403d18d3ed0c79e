package dev.weft.server.fanout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Groups by a text that they want: open addressing over the bytes as they stand in a block, so that
 * a look-up builds no text. What is not there mostly costs a look at the hashes, what is there one
 * further object before the group. Bytes that a writer overwrites meanwhile lead to a wrong answer
 * and to nothing else. Thread: the I/O loop.
 */
final class TermTable {
    /** One text under which groups hang. Not touched by a look-up. */
    static final class Text {
        final byte[] bytes;
        final int hash;
        int count; // of the groups

        Text(final byte[] bytes, final int hash) {
            this.bytes = bytes;
            this.hash = hash;
        }
    }

    /** One group under one text: a link of the text's list, whose first one stands in the table. */
    static final class Posting {
        final TermTable table;
        final Text text;
        final byte[] bytes; // the text's
        final Group group;
        @Nullable Posting previous;
        @Nullable Posting next;

        Posting(final TermTable table, final Text text, final Group group) {
            this.table = table;
            this.text = text;
            bytes = text.bytes;
            this.group = group;
        }

        /** Takes the group away from under the text. */
        void remove() {
            table.remove(this);
        }
    }

    private static final int INITIAL_LENGTH = 16;
    private static final int NONE = 0; // hash of a free place, and of no text
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final TextHash textHash = new TextHash();
    private @Nullable Posting[] firsts = new Posting[INITIAL_LENGTH];
    private int[] hashes = new int[INITIAL_LENGTH]; // beside them: a miss touches nothing else
    private int mask = INITIAL_LENGTH - 1;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Puts a group under a text. */
    Posting add(final byte[] text, final Group group) {
        final UnsafeBuffer bytes = new UnsafeBuffer(text);
        final int hash = hashOf(bytes, 0, text.length);
        final int place = place(bytes, 0, text.length, hash);
        final Posting first = firsts[place];
        if (first != null) {
            final Posting added = new Posting(this, first.text, group);
            added.next = first;
            first.previous = added;
            firsts[place] = added;
            added.text.count++;
            return added;
        }
        final Posting added = new Posting(this, new Text(text, hash), group);
        added.text.count = 1;
        if (2 * (size + 1) > firsts.length) {
            grow();
        }
        insert(added);
        size++;
        return added;
    }

    /** How many groups hang under a text. */
    int count(final byte[] text) {
        final Posting first = find(new UnsafeBuffer(text), 0, text.length);
        return first == null ? 0 : first.text.count;
    }

    /** The groups under the bytes, as a list, or null. */
    @Nullable Posting find(final DirectBuffer buffer, final int offset, final int length) {
        final int place = place(buffer, offset, length, hashOf(buffer, offset, length));
        return hashes[place] == NONE ? null : firsts[place];
    }

    private int hashOf(final DirectBuffer buffer, final int offset, final int length) {
        final int hash = textHash.of(buffer, offset, length);
        return hash == NONE ? 1 : hash;
    }

    /** Where the text is, or the free place at which a walk for it ends. */
    private int place(
            final DirectBuffer buffer, final int offset, final int length, final int hash) {
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            final int found = hashes[i];
            if (found == NONE) {
                return i;
            }
            if (found == hash) {
                final Posting first = firsts[i];
                if (first != null && isAt(buffer, offset, length, first.bytes)) {
                    return i;
                }
            }
        }
    }

    private void remove(final Posting posting) {
        posting.text.count--;
        final Posting previous = posting.previous;
        final Posting next = posting.next;
        if (next != null) {
            next.previous = previous;
        }
        if (previous != null) {
            previous.next = next;
            return;
        }
        int place = posting.text.hash & mask;
        while (firsts[place] != posting) {
            place = (place + 1) & mask;
        }
        if (next == null) {
            free(place);
        } else {
            firsts[place] = next;
        }
    }

    /** Closes the hole that a text leaves, so that every walk still ends at the first hole. */
    private void free(final int place) {
        int hole = place;
        for (int i = (hole + 1) & mask; hashes[i] != NONE; i = (i + 1) & mask) {
            if (((i - hashes[i]) & mask) >= ((i - hole) & mask)) { // its walk passes the hole
                firsts[hole] = firsts[i];
                hashes[hole] = hashes[i];
                hole = i;
            }
        }
        firsts[hole] = null;
        hashes[hole] = NONE;
        size--;
    }

    private void grow() {
        final Posting[] before = firsts;
        firsts = new Posting[2 * before.length];
        hashes = new int[2 * before.length];
        mask = firsts.length - 1;
        for (final Posting first : before) {
            if (first != null) {
                insert(first);
            }
        }
    }

    private void insert(final Posting first) {
        int i = first.text.hash & mask;
        while (hashes[i] != NONE) {
            i = (i + 1) & mask;
        }
        firsts[i] = first;
        hashes[i] = first.text.hash;
    }

    private static boolean isAt(
            final DirectBuffer buffer, final int offset, final int length, final byte[] text) {
        if (length != text.length) {
            return false;
        }
        if (length < BitUtil.SIZE_OF_LONG) {
            for (int i = length - 1; i >= 0; i--) {
                if (buffer.getByte(offset + i) != text[i]) {
                    return false;
                }
            }
            return true;
        }
        for (int i = length - BitUtil.SIZE_OF_LONG; i > 0; i -= BitUtil.SIZE_OF_LONG) {
            if (isOther(buffer, offset, text, i)) {
                return false;
            }
        }
        return !isOther(buffer, offset, text, 0);
    }

    private static boolean isOther(
            final DirectBuffer buffer, final int offset, final byte[] text, final int index) {
        return buffer.getLong(offset + index, ByteOrder.LITTLE_ENDIAN)
                != (long) WORD.get(text, index);
    }
}

package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Groups by what they want one member of an event to be. An event finds them with one look-up of
 * its text, and one for each length that a wanted prefix has, however many groups there are.
 * Thread: the I/O loop.
 */
final class FieldIndex {
    private final int descriptorOffset;
    private final TermTable exact = new TermTable();
    private final TermTable prefixes = new TermTable();
    private int[] prefixCounts = {}; // registrations by the length of the prefix
    private int[] prefixLengths = {}; // those that there are, ascending

    FieldIndex(final Filter.Field field) {
        descriptorOffset = field.descriptorOffset();
    }

    boolean isEmpty() {
        return exact.isEmpty() && prefixes.isEmpty();
    }

    /** How many groups hang under a term. */
    int count(final Term term) {
        return (term.isPrefix() ? prefixes : exact).count(term.bytes());
    }

    TermTable.Posting add(final Term term, final Group group) {
        if (!term.isPrefix()) {
            return exact.add(term.bytes(), group);
        }
        count(term.bytes().length, 1);
        return prefixes.add(term.bytes(), group);
    }

    /** Takes back what {@link #add} answered for that term. */
    void remove(final Term term, final TermTable.Posting posting) {
        posting.remove();
        if (term.isPrefix()) {
            count(term.bytes().length, -1);
        }
    }

    /** Names the groups that want what the record has in this field. */
    void find(final BlockFlyweight block, final int index, final Matches matches) {
        final DirectBuffer buffer = block.buffer();
        final int offset = block.fieldOffset(index, descriptorOffset);
        final int length = block.fieldLength(index, descriptorOffset);
        if (length == 0 || offset < 0 || offset > buffer.capacity() - length) {
            return; // absent; or being overwritten, which whoever asked will notice
        }
        if (!exact.isEmpty()) {
            offer(exact.find(buffer, offset, length), block, index, matches);
        }
        for (final int prefixLength : prefixLengths) {
            if (prefixLength > length) {
                break;
            }
            offer(prefixes.find(buffer, offset, prefixLength), block, index, matches);
        }
    }

    private static void offer(
            final TermTable.@Nullable Posting first,
            final BlockFlyweight block,
            final int index,
            final Matches matches) {
        TermTable.Posting posting = first;
        while (posting != null) {
            matches.offer(posting.group, block, index);
            posting = posting.next;
        }
    }

    private void count(final int length, final int change) {
        if (length >= prefixCounts.length) {
            prefixCounts = Arrays.copyOf(prefixCounts, length + 1);
        }
        final int before = prefixCounts[length];
        prefixCounts[length] = before + change;
        if (before == 0 || before + change == 0) {
            int count = 0;
            final int[] lengths = new int[prefixCounts.length];
            for (int i = 0; i < prefixCounts.length; i++) {
                if (prefixCounts[i] > 0) {
                    lengths[count++] = i;
                }
            }
            prefixLengths = Arrays.copyOf(lengths, count);
        }
    }
}

package dev.weft.protocol.event;

import dev.weft.protocol.json.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A few short ASCII names, looked up by their bytes without allocation. Immutable. */
final class NameSet {
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final List<String> names;
    private final String text;
    private final byte[][] slots;
    private final int shift;

    NameSet(final Collection<String> all) {
        names = all.stream().distinct().toList();
        text = String.join(", ", names);
        final int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, names.size() * 2));
        slots = new byte[1 << bits][];
        shift = Long.SIZE - bits;
        for (final String name : names) {
            final byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            int slot = slot(Words.of(name));
            while (slots[slot] != null) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = bytes;
        }
    }

    boolean contains(final byte[] text, final int from, final int to) {
        final int length = to - from;
        int slot = slot(Words.get(text, from) & Words.mask(Math.min(length, Long.BYTES)));
        while (true) {
            final byte[] name = slots[slot];
            if (name == null) {
                return false;
            }
            if (name.length == length && Arrays.equals(name, 0, length, text, from, to)) {
                return true;
            }
            slot = slot + 1 & slots.length - 1;
        }
    }

    List<String> names() {
        return names;
    }

    @Override
    public String toString() {
        return text;
    }

    private int slot(final long head) {
        return (int) ((head * SPREAD) >>> shift);
    }
}

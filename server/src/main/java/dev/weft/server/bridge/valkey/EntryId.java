package dev.weft.server.bridge.valkey;

import org.jspecify.annotations.Nullable;

/**
 * Id of an entry of a stream: {@code <milliseconds>-<number>}, both unsigned. Within a stream they
 * only grow.
 */
public record EntryId(long milliseconds, long number) implements Comparable<EntryId> {
    /** Before every entry. */
    public static final EntryId NONE = new EntryId(0, 0);

    /** Reads one; null if it is none. */
    public static @Nullable EntryId parse(final String text) {
        final int dash = text.indexOf('-');
        try {
            return dash < 0
                    ? null
                    : new EntryId(
                            Long.parseUnsignedLong(text, 0, dash, 10),
                            Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
        } catch (final NumberFormatException ex) {
            return null;
        }
    }

    /**
     * The same for what the server of the stream says.
     *
     * @throws IllegalStateException if it is none.
     */
    public static EntryId of(final String text) {
        final EntryId id = parse(text);
        if (id == null) {
            throw new IllegalStateException("no id of an entry: " + text);
        }
        return id;
    }

    @Override
    public int compareTo(final EntryId other) {
        final int order = Long.compareUnsigned(milliseconds, other.milliseconds);
        return order != 0 ? order : Long.compareUnsigned(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(milliseconds) + '-' + Long.toUnsignedString(number);
    }
}

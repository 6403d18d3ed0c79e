package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;

/**
 * With which event a stream ends by itself: the first that its filter lets pass and that has one of
 * these types. What is told after it depends on which one it was. Immutable; equal for equal
 * contents, so that subscribers of the same thing share a {@link Group}.
 */
public final class Ending {
    /** {@link #of}: the event is not the last one. */
    public static final int NONE = -1;

    /** Number of the first type; there is one at least. */
    public static final int FIRST = 0;

    private static final String UNTOLD = "";

    private final String name;
    private final byte[][] types;
    private final Map<String, String> values;

    private Ending(final String name, final Map<String, String> values) {
        this.name = name;
        this.values = new TreeMap<>(values);
        types =
                this.values.keySet().stream()
                        .map(type -> type.getBytes(US_ASCII))
                        .toArray(byte[][]::new);
    }

    /**
     * Makes one.
     *
     * @param name of the control frame that follows the last event.
     * @param values what that frame says, JSON on one line, by the type of the last event.
     */
    public static Ending of(final String name, final Map<String, String> values) {
        return new Ending(name, values);
    }

    /**
     * Makes one that nothing is told after: the event says it.
     *
     * @param types of the last event.
     */
    public static Ending untold(final Set<String> types) {
        final Map<String, String> values = new TreeMap<>();
        types.forEach(type -> values.put(type, UNTOLD));
        return new Ending(UNTOLD, values);
    }

    /** Whether a control frame follows the last event. */
    public boolean isTold() {
        return !name.equals(UNTOLD);
    }

    /** Name of the control frame that follows the last event. */
    public String name() {
        return name;
    }

    /** What that frame says; see {@link #of(BlockFlyweight, int)} for the number. */
    public String value(final int number) {
        return values.values().stream().skip(number).findFirst().orElse("null");
    }

    /** Number of a type, or {@link #NONE}. */
    public int of(final String type) {
        int number = 0;
        for (final String each : values.keySet()) {
            if (each.equals(type)) {
                return number;
            }
            number++;
        }
        return NONE;
    }

    /** Number of the type of a record that the filter lets pass, or {@link #NONE}. */
    int of(final BlockFlyweight block, final int index) {
        final DirectBuffer buffer = block.buffer();
        final int offset = block.fieldOffset(index, RecordDescriptor.TYPE_OFFSET);
        final int length = block.fieldLength(index, RecordDescriptor.TYPE_OFFSET);
        if (offset < 0 || offset > buffer.capacity() - length) {
            return NONE; // being overwritten while it is read; whoever reads it will notice
        }
        for (int i = 0; i < types.length; i++) {
            if (isText(buffer, offset, length, types[i])) {
                return i;
            }
        }
        return NONE;
    }

    private static boolean isText(
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

    @Override
    public boolean equals(final Object other) {
        return other instanceof Ending ending
                && name.equals(ending.name)
                && values.equals(ending.values);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + values.hashCode();
    }

    @Override
    public String toString() {
        return name + values.keySet();
    }
}

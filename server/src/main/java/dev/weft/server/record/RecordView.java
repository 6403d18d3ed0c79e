package dev.weft.server.record;

import dev.weft.protocol.Limits;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonScanner;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reusable view over the members of one event in a block: those that the record describes, and
 * those that stand in its body alone. Valid as long as the block; holds no copy of the data. One
 * thread.
 */
public final class RecordView {
    private static final int[] TEXTS = {
        RecordDescriptor.ID_OFFSET,
        RecordDescriptor.TYPE_OFFSET,
        RecordDescriptor.CATEGORY_OFFSET,
        RecordDescriptor.SUBJECT_OFFSET,
        RecordDescriptor.CORRELATION_ID_OFFSET,
        RecordDescriptor.CAUSATION_ID_OFFSET,
        RecordDescriptor.RUN_ID_OFFSET,
        RecordDescriptor.STEP_ID_OFFSET
    };

    /** The server writes the kind first, and nobody else may write this one at all. */
    private static final String SERVERS_SOURCE = "{\"kind\":\"kernel_api\"";

    private static final int FRAME_TAIL_LENGTH = "}}\n\n".length();
    private static final int DATA_NAME_LENGTH = ",\"data\":".length();

    private final JsonScanner scanner = new JsonScanner();
    private byte[] middle = new byte[256];
    private @Nullable BlockFlyweight block;
    private int index;
    private int occurredAtOffset;
    private int occurredAtLength;
    private int messageOffset;
    private int messageLength;
    private boolean isServers;

    /** Looks at one record of a block that was checked. */
    public RecordView wrap(final BlockFlyweight checked, final int recordIndex) {
        block = checked;
        index = recordIndex;
        occurredAtLength = 0;
        messageLength = 0;
        isServers = false;
        findOptional();
        return this;
    }

    public long sequence() {
        return block().firstSequence() + index;
    }

    /** Microseconds since the epoch. */
    public long timestampUs() {
        return block().timestamp(index);
    }

    /**
     * A text member, null if the event has none.
     *
     * @param field such as {@link RecordDescriptor#TYPE_OFFSET}.
     */
    public @Nullable String text(final int field) {
        final BlockFlyweight from = block();
        final int length = from.fieldLength(index, field);
        return length == 0 ? null : plain(from.fieldOffset(index, field), length);
    }

    /** What stands in {@code occurred_at}: a text, or digits; null if the event has none. */
    public @Nullable String occurredAt() {
        if (occurredAtLength == 0) {
            return null;
        }
        final boolean isQuoted = block().buffer().getByte(occurredAtOffset) == '"';
        return isQuoted
                ? plain(occurredAtOffset + 1, occurredAtLength - 2)
                : plain(occurredAtOffset, occurredAtLength);
    }

    /** Whether the server itself made the event: its {@code source.kind} is {@code kernel_api}. */
    public boolean isServers() {
        return isServers;
    }

    /** The data as it stands there, JSON in UTF-8; empty if the event has none. */
    public byte[] dataBytes() {
        final BlockFlyweight from = block();
        final int length = from.dataLength(index);
        final byte[] text = new byte[length];
        if (length > 0) {
            from.buffer().getBytes(from.dataOffset(index), text);
        }
        return text;
    }

    /** Writes the message as a JSON string, or {@code null}. */
    public void writeMessage(final ByteBuf target) {
        if (messageLength == 0) {
            target.writeCharSequence("null", StandardCharsets.US_ASCII);
        } else {
            Slices.append(block().buffer(), messageOffset, messageLength, target);
        }
    }

    /**
     * Writes the data as an object: other JSON becomes its member {@code value}, none an empty one.
     */
    public void writeDataAsObject(final ByteBuf target) {
        final BlockFlyweight from = block();
        final int length = from.dataLength(index);
        if (length == 0) {
            target.writeCharSequence("{}", StandardCharsets.US_ASCII);
        } else if (isDataObject()) {
            Slices.append(from.buffer(), from.dataOffset(index), length, target);
        } else {
            target.writeCharSequence("{\"value\":", StandardCharsets.US_ASCII);
            Slices.append(from.buffer(), from.dataOffset(index), length, target);
            target.writeByte('}');
        }
    }

    /**
     * A text that is a member of the data, when that is an object; null if it has no such text.
     *
     * @param name plain ASCII.
     */
    public @Nullable String dataText(final String name) {
        final BlockFlyweight from = block();
        final int length = from.dataLength(index);
        if (length == 0 || !isDataObject()) {
            return null;
        }
        final byte[] text = bytes(from.dataOffset(index), length);
        int at = 1;
        while (text[at] == '"') {
            final int nameEnd = scanner.string(at + 1);
            final int value = nameEnd + 2; // the data has no white space between its tokens
            if (isText(text, at + 1, nameEnd, name)) {
                return text[value] == '"'
                        ? unescaped(text, value + 1, scanner.string(value + 1))
                        : null;
            }
            at = scanner.value(value, Limits.JSON_DEPTH_MAX);
            if (text[at] != ',') {
                return null;
            }
            at++;
        }
        return null;
    }

    private boolean isDataObject() {
        return block().buffer().getByte(block().dataOffset(index)) == '{';
    }

    /**
     * Finds the members between the last text and the data: {@code occurred_at}, {@code source} and
     * {@code message}, in this order.
     */
    private void findOptional() {
        final BlockFlyweight from = block();
        int begin = 0;
        for (final int field : TEXTS) {
            final int length = from.fieldLength(index, field);
            if (length > 0) {
                begin = Math.max(begin, from.fieldOffset(index, field) + length + 1);
            }
        }
        final int end =
                from.dataLength(index) > 0
                        ? from.dataOffset(index) - DATA_NAME_LENGTH
                        : from.frameOffset(index) + from.frameLength(index) - FRAME_TAIL_LENGTH;
        if (end <= begin) {
            return;
        }
        final byte[] text = bytes(begin, end - begin);
        int at = 0;
        while (text[at] == ',') {
            final int nameEnd = scanner.string(at + 2);
            final int value = nameEnd + 2;
            final int valueEnd = scanner.value(value, Limits.JSON_DEPTH_MAX);
            if (isText(text, at + 2, nameEnd, "occurred_at")) {
                occurredAtOffset = begin + value;
                occurredAtLength = valueEnd - value;
            } else if (isText(text, at + 2, nameEnd, "message")) {
                messageOffset = begin + value;
                messageLength = valueEnd - value;
            } else if (isText(text, at + 2, nameEnd, "source")) {
                isServers =
                        isText(
                                text,
                                value,
                                Math.min(value + SERVERS_SOURCE.length(), valueEnd),
                                SERVERS_SOURCE);
            }
            at = valueEnd;
        }
    }

    /** A piece of the block where the scanner can read it; valid until the next call. */
    private byte[] bytes(final int offset, final int length) {
        if (middle.length < length + JsonScanner.PADDING) {
            middle = new byte[length + JsonScanner.PADDING];
        }
        block().buffer().getBytes(offset, middle, 0, length);
        scanner.wrap(middle, length);
        return middle;
    }

    private static boolean isText(
            final byte[] text, final int from, final int to, final String wanted) {
        if (to - from != wanted.length()) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            if (text[from + i] != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String plain(final int offset, final int length) {
        final byte[] text = new byte[length];
        block().buffer().getBytes(offset, text);
        return unescaped(text, 0, length);
    }

    private static String unescaped(final byte[] text, final int from, final int to) {
        final String raw = new String(text, from, to - from, StandardCharsets.UTF_8);
        return raw.indexOf('\\') < 0
                ? raw
                : JsonMapper.shared().readValue('"' + raw + '"', String.class);
    }

    private BlockFlyweight block() {
        return Objects.requireNonNull(block, "wrap comes first");
    }
}

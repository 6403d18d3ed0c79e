package dev.weft.bench.micro;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/** Events and blocks for benchmarks: the same 200-byte event that the load rig publishes. */
public final class SampleBlock {
    static final String EVENT =
            "{\"type\":\"bench.tick\",\"category\":\"telemetry\",\"subject\":\"host/bench\",\"data\":{\"text\":\""
                    + "x".repeat(112)
                    + "\"}}";
    static final long TIME_US = 1_795_168_800_000_000L;
    private static final int CAPACITY = 1 << 20;

    private final byte[] prepared;
    private final int preparedLength;
    private final BlockEncoder encoder = new BlockEncoder();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(CAPACITY);
    private final UnsafeBuffer buffer = new UnsafeBuffer(memory);
    private final UnsafeBuffer record;

    /** A block of the 200-byte event. */
    public SampleBlock() {
        this(EVENT);
    }

    /** With another event than the usual one. */
    SampleBlock(final String event) {
        final byte[] json = event.getBytes(StandardCharsets.UTF_8);
        final byte[] text = Arrays.copyOf(json, json.length + EventParser.PADDING);
        prepared = new byte[EventParser.recordLengthMax(json.length)];
        final EventParser parser = newParser();
        parser.wrap(text, json.length);
        preparedLength = parser.parseOnly(0, prepared, 0);
        if (preparedLength == EventParser.FAILED) {
            throw new IllegalStateException(parser.error().detail());
        }
        record = new UnsafeBuffer(prepared);
    }

    static EventParser newParser() {
        final EventIds ids = new EventIds();
        ids.time(TIME_US / 1_000);
        return new EventParser(EventRules.forCallers(Set.of(), Set.of()), ids);
    }

    /** Encodes a block at the start of {@link #buffer}. @return its length. */
    public int encode(final int count, final long firstSequence) {
        encoder.begin(buffer, 0, count, firstSequence, TIME_US);
        for (int i = 0; i < count; i++) {
            encoder.append(record, 0, preparedLength);
        }
        return encoder.end();
    }

    /**
     * Makes the block that was encoded one of another place; its checksum is then no longer right.
     */
    public void moveTo(final long firstSequence) {
        buffer.putLong(
                BlockDescriptor.FIRST_SEQUENCE_OFFSET, firstSequence, ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the block lies. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** The prepared record of one event. */
    byte[] prepared() {
        return Arrays.copyOf(prepared, preparedLength);
    }
}

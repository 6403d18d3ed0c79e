package dev.weft.protocol.frame;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * How an event stands on the wire. Each framing is a slice of the stored frame behind a short
 * header of its own, so an event is never encoded again, only copied. Source: docs/PROTOCOL.md,
 * "Frames".
 *
 * <p>All methods take the block and the index of a record in it. Over memory that a writer may
 * overwrite meanwhile they can answer anything, but they read only descriptors; see {@code Batch}
 * in the server.
 */
public enum Framing {
    /** {@code id:} and {@code data:}, the frame as it is stored: neighbours form one slice. */
    SSE,

    /** The same behind {@code event: <type>}. */
    SSE_NAMED,

    /** The envelope and a line feed. */
    NDJSON,

    /** The envelope as one unmasked text message. */
    WEBSOCKET;

    private static final byte[] EVENT_FIELD = {'e', 'v', 'e', 'n', 't', ':', ' '};

    /**
     * {@code id: }, {@code \ndata: }, <code>{"seq":</code> and <code>,"event":{</code>; the
     * sequence stands twice.
     */
    private static final int TEXT_BEFORE_BODY_LENGTH = 4 + 7 + 7 + 10;

    /** {@code id: } and {@code \ndata: }. */
    private static final int TEXT_BEFORE_ENVELOPE_LENGTH = 4 + 7;

    private static final int WEBSOCKET_SHORT_MAX = 125;
    private static final int WEBSOCKET_MEDIUM_MAX = 65_535;
    private static final int WEBSOCKET_MEDIUM = 126;
    private static final int WEBSOCKET_LONG = 127;

    /** Final fragment of a text message. */
    private static final byte WEBSOCKET_TEXT = (byte) 0x81;

    /** Where the slice begins, from the block's start. */
    public int sliceOffset(final BlockFlyweight block, final int index) {
        final int frameOffset = block.frameOffset(index);
        return this == SSE || this == SSE_NAMED
                ? frameOffset
                : frameOffset + envelopeOffset(block, index, frameOffset);
    }

    /** Length of the slice of the stored frame that this framing sends. */
    public int sliceLength(final BlockFlyweight block, final int index) {
        final int frameLength = block.frameLength(index);
        return switch (this) {
            case SSE, SSE_NAMED -> frameLength;
            // The frame ends with two line feeds, of which a line keeps one and a message none.
            case NDJSON -> frameLength - envelopeOffset(block, index, block.frameOffset(index)) - 1;
            case WEBSOCKET ->
                    frameLength - envelopeOffset(block, index, block.frameOffset(index)) - 2;
        };
    }

    /** Length of what {@link #putHeader} writes before the slice. */
    public int headerLength(final int typeLength, final int sliceLength) {
        return switch (this) {
            case SSE, NDJSON -> 0;
            case SSE_NAMED -> EVENT_FIELD.length + typeLength + 1;
            case WEBSOCKET -> webSocketHeaderLength(sliceLength);
        };
    }

    /**
     * Writes what stands before the slice.
     *
     * @param typeOffset where the type's text lies in the block; only {@link #SSE_NAMED} looks at
     *     it.
     * @return bytes written.
     */
    public int putHeader(
            final BlockFlyweight block,
            final int typeOffset,
            final int typeLength,
            final int sliceLength,
            final MutableDirectBuffer target,
            final int offset) {
        return switch (this) {
            case SSE, NDJSON -> 0;
            case SSE_NAMED -> {
                target.putBytes(offset, EVENT_FIELD);
                target.putBytes(
                        offset + EVENT_FIELD.length, block.buffer(), typeOffset, typeLength);
                target.putByte(offset + EVENT_FIELD.length + typeLength, (byte) '\n');
                yield EVENT_FIELD.length + typeLength + 1;
            }
            case WEBSOCKET -> putWebSocketHeader(target, offset, sliceLength);
        };
    }

    /** Length of the header of a WebSocket message of so many bytes. */
    public static int webSocketHeaderLength(final int length) {
        return length <= WEBSOCKET_SHORT_MAX ? 2 : length <= WEBSOCKET_MEDIUM_MAX ? 4 : 10;
    }

    /** Writes the header of an unmasked text message (RFC 6455, 5.2). */
    public static int putWebSocketHeader(
            final MutableDirectBuffer target, final int offset, final int length) {
        target.putByte(offset, WEBSOCKET_TEXT);
        if (length <= WEBSOCKET_SHORT_MAX) {
            target.putByte(offset + 1, (byte) length);
            return 2;
        }
        if (length <= WEBSOCKET_MEDIUM_MAX) {
            target.putByte(offset + 1, (byte) WEBSOCKET_MEDIUM);
            target.putShort(offset + 2, (short) length, ByteOrder.BIG_ENDIAN);
            return 4;
        }
        target.putByte(offset + 1, (byte) WEBSOCKET_LONG);
        target.putLong(offset + 2, length, ByteOrder.BIG_ENDIAN);
        return 10;
    }

    /**
     * Where the envelope begins in the frame; the digits of the sequence follow from where the body
     * begins.
     */
    private static int envelopeOffset(
            final BlockFlyweight block, final int index, final int frameOffset) {
        final int digits = (block.bodyOffset(index) - frameOffset - TEXT_BEFORE_BODY_LENGTH) / 2;
        return TEXT_BEFORE_ENVELOPE_LENGTH + digits;
    }
}

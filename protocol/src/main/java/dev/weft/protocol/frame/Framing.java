package dev.weft.protocol.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * How an event stands on the wire. Each framing is a slice of the stored frame, the envelope or the
 * payload ({@code data}), between a short header and trailer of its own, so an event is never
 * encoded again, only copied; what the header tells of the event comes out of the same frame.
 * Source: docs/PROTOCOL.md, "Frames".
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
    WEBSOCKET,

    /** {@code id:} and {@code data:} with the payload alone. */
    SSE_PAYLOAD,

    /** The same behind {@code event: <type>}. */
    SSE_PAYLOAD_NAMED,

    /**
     * The same as {@link #SSE_PAYLOAD} for clients of AG-UI: what the stream says about itself is
     * an event of AG-UI, too, with which it ends.
     */
    SSE_AGUI,

    /** <code>{"event":"step.started","id":42,"data":…}</code> and a line feed. */
    NDJSON_PAYLOAD,

    /** The same object as one unmasked text message. */
    WEBSOCKET_PAYLOAD;

    private static final byte[] EVENT_FIELD = "event: ".getBytes(US_ASCII);
    private static final byte[] BEFORE_TYPE = "{\"event\":\"".getBytes(US_ASCII);
    private static final byte[] BEFORE_SEQUENCE = "\",\"id\":".getBytes(US_ASCII);
    private static final byte[] BEFORE_PAYLOAD = ",\"data\":".getBytes(US_ASCII);

    /** Payload of an event that has none: clients may look for members at once. */
    private static final byte[] NO_PAYLOAD = "{}".getBytes(US_ASCII);

    private static final int BEFORE_SEQUENCE_LENGTH = "id: ".length();
    private static final int AFTER_SEQUENCE_LENGTH = "\ndata: ".length();

    /**
     * {@code id: }, {@code \ndata: }, <code>{"seq":</code> and <code>,"event":{</code>; the
     * sequence stands twice.
     */
    private static final int TEXT_BEFORE_BODY_LENGTH =
            BEFORE_SEQUENCE_LENGTH + AFTER_SEQUENCE_LENGTH + 7 + 10;

    private static final int WEBSOCKET_SHORT_MAX = 125;
    private static final int WEBSOCKET_MEDIUM_MAX = 65_535;
    private static final int WEBSOCKET_MEDIUM = 126;
    private static final int WEBSOCKET_LONG = 127;

    /** Final fragment of a text message. */
    private static final byte WEBSOCKET_TEXT = (byte) 0x81;

    /** Whether it is one of server-sent events. */
    public boolean isSse() {
        return switch (this) {
            case SSE, SSE_NAMED, SSE_PAYLOAD, SSE_PAYLOAD_NAMED, SSE_AGUI -> true;
            case NDJSON, WEBSOCKET, NDJSON_PAYLOAD, WEBSOCKET_PAYLOAD -> false;
        };
    }

    /** Whether it is one of WebSocket messages. */
    public boolean isWebSocket() {
        return this == WEBSOCKET || this == WEBSOCKET_PAYLOAD;
    }

    /** Whether an event is its payload, without the other members. */
    public boolean isPayload() {
        return switch (this) {
            case SSE, SSE_NAMED, NDJSON, WEBSOCKET -> false;
            case SSE_PAYLOAD, SSE_PAYLOAD_NAMED, SSE_AGUI, NDJSON_PAYLOAD, WEBSOCKET_PAYLOAD ->
                    true;
        };
    }

    /** Whether an event has an {@code event:} line. */
    public boolean hasEventLines() {
        return this == SSE_NAMED || this == SSE_PAYLOAD_NAMED;
    }

    /** Whether a stream ends where something is missing, having said so. */
    public boolean endsWithGap() {
        return this == SSE_AGUI;
    }

    /** Whether the header tells the type. */
    public boolean tellsType() {
        return hasEventLines() || this == NDJSON_PAYLOAD || this == WEBSOCKET_PAYLOAD;
    }

    /** Where the slice begins, from the block's start. */
    public int sliceOffset(final BlockFlyweight block, final int index) {
        final int frameOffset = block.frameOffset(index);
        if (isPayload()) {
            return block.dataLength(index) == 0 ? frameOffset : block.dataOffset(index);
        }
        return isSse() ? frameOffset : frameOffset + envelopeOffset(block, index, frameOffset);
    }

    /**
     * Length of the slice of the stored frame that this framing sends; 0 for a payload that is not
     * there.
     */
    public int sliceLength(final BlockFlyweight block, final int index) {
        final int frameLength = block.frameLength(index);
        return switch (this) {
            case SSE, SSE_NAMED -> frameLength;
            // The frame ends with two line feeds, of which a line keeps one and a message none.
            case NDJSON -> frameLength - envelopeOffset(block, index, block.frameOffset(index)) - 1;
            case WEBSOCKET ->
                    frameLength - envelopeOffset(block, index, block.frameOffset(index)) - 2;
            case SSE_PAYLOAD, SSE_PAYLOAD_NAMED, SSE_AGUI, NDJSON_PAYLOAD, WEBSOCKET_PAYLOAD ->
                    block.dataLength(index);
        };
    }

    /** Where the digits of the sequence begin, from the block's start. */
    public int sequenceOffset(final BlockFlyweight block, final int index) {
        return block.frameOffset(index) + BEFORE_SEQUENCE_LENGTH;
    }

    /** How many digits the sequence has. */
    public int sequenceLength(final BlockFlyweight block, final int index) {
        return digits(block, index, block.frameOffset(index));
    }

    /** Length of what {@link #putHeader} writes before the slice. */
    public int headerLength(final int typeLength, final int sequenceLength, final int sliceLength) {
        return switch (this) {
            case SSE, NDJSON -> 0;
            case SSE_NAMED -> eventLineLength(typeLength);
            case WEBSOCKET -> webSocketHeaderLength(sliceLength);
            case SSE_PAYLOAD, SSE_AGUI ->
                    idLineLength(sequenceLength) + substituteLength(sliceLength);
            case SSE_PAYLOAD_NAMED ->
                    eventLineLength(typeLength)
                            + idLineLength(sequenceLength)
                            + substituteLength(sliceLength);
            case NDJSON_PAYLOAD -> openingLength(typeLength, sequenceLength, sliceLength);
            case WEBSOCKET_PAYLOAD -> {
                final int length = openingLength(typeLength, sequenceLength, sliceLength);
                yield webSocketHeaderLength(length + sliceLength + trailerLength()) + length;
            }
        };
    }

    /**
     * Writes what stands before the slice.
     *
     * @param typeOffset where the type's text lies in the block; looked at only if {@link
     *     #tellsType}.
     * @param sequenceOffset where the digits of the sequence lie in the block; looked at only by
     *     framings of the payload.
     * @return bytes written.
     */
    public int putHeader(
            final BlockFlyweight block,
            final int typeOffset,
            final int typeLength,
            final int sequenceOffset,
            final int sequenceLength,
            final int sliceLength,
            final MutableDirectBuffer target,
            final int offset) {
        int position = offset;
        if (isWebSocket()) {
            final int opening =
                    isPayload() ? openingLength(typeLength, sequenceLength, sliceLength) : 0;
            position +=
                    putWebSocketHeader(target, position, opening + sliceLength + trailerLength());
        }
        if (hasEventLines()) {
            position = put(EVENT_FIELD, target, position);
            position = put(block, typeOffset, typeLength, target, position);
            target.putByte(position++, (byte) '\n');
        }
        if (!isPayload()) {
            return position - offset;
        }
        if (isSse()) { // as in the stored frame, up to where the envelope begins
            position =
                    put(
                            block,
                            sequenceOffset - BEFORE_SEQUENCE_LENGTH,
                            idLineLength(sequenceLength),
                            target,
                            position);
        } else {
            position = put(BEFORE_TYPE, target, position);
            position = put(block, typeOffset, typeLength, target, position);
            position = put(BEFORE_SEQUENCE, target, position);
            position = put(block, sequenceOffset, sequenceLength, target, position);
            position = put(BEFORE_PAYLOAD, target, position);
        }
        return (sliceLength == 0 ? put(NO_PAYLOAD, target, position) : position) - offset;
    }

    /** Length of what {@link #putTrailer} writes behind the slice. */
    public int trailerLength() {
        return switch (this) {
            case SSE, SSE_NAMED, NDJSON, WEBSOCKET -> 0;
            case SSE_PAYLOAD, SSE_PAYLOAD_NAMED, SSE_AGUI, NDJSON_PAYLOAD -> 2;
            case WEBSOCKET_PAYLOAD -> 1;
        };
    }

    /** Writes what stands behind the slice; {@link #trailerLength} bytes. */
    public void putTrailer(final MutableDirectBuffer target, final int offset) {
        switch (this) {
            case SSE, SSE_NAMED, NDJSON, WEBSOCKET -> {}
            case SSE_PAYLOAD, SSE_PAYLOAD_NAMED, SSE_AGUI -> {
                target.putByte(offset, (byte) '\n');
                target.putByte(offset + 1, (byte) '\n');
            }
            case NDJSON_PAYLOAD -> {
                target.putByte(offset, (byte) '}');
                target.putByte(offset + 1, (byte) '\n');
            }
            case WEBSOCKET_PAYLOAD -> target.putByte(offset, (byte) '}');
        }
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

    /** {@code event: <type>} and its line feed. */
    private static int eventLineLength(final int typeLength) {
        return EVENT_FIELD.length + typeLength + 1;
    }

    /** {@code id: <seq>}, a line feed and {@code data: }. */
    private static int idLineLength(final int sequenceLength) {
        return BEFORE_SEQUENCE_LENGTH + sequenceLength + AFTER_SEQUENCE_LENGTH;
    }

    /** All of the object up to the payload. */
    private static int openingLength(
            final int typeLength, final int sequenceLength, final int sliceLength) {
        return BEFORE_TYPE.length
                + typeLength
                + BEFORE_SEQUENCE.length
                + sequenceLength
                + BEFORE_PAYLOAD.length
                + substituteLength(sliceLength);
    }

    private static int substituteLength(final int sliceLength) {
        return sliceLength == 0 ? NO_PAYLOAD.length : 0;
    }

    private static int put(
            final byte[] text, final MutableDirectBuffer target, final int position) {
        target.putBytes(position, text);
        return position + text.length;
    }

    private static int put(
            final BlockFlyweight block,
            final int textOffset,
            final int textLength,
            final MutableDirectBuffer target,
            final int position) {
        target.putBytes(position, block.buffer(), textOffset, textLength);
        return position + textLength;
    }

    /**
     * Where the envelope begins in the frame; the digits of the sequence follow from where the body
     * begins.
     */
    private static int envelopeOffset(
            final BlockFlyweight block, final int index, final int frameOffset) {
        return BEFORE_SEQUENCE_LENGTH + digits(block, index, frameOffset) + AFTER_SEQUENCE_LENGTH;
    }

    private static int digits(final BlockFlyweight block, final int index, final int frameOffset) {
        return (block.bodyOffset(index) - frameOffset - TEXT_BEFORE_BODY_LENGTH) / 2;
    }
}

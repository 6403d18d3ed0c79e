package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** WebSocket control frames that the server sends (RFC 6455, 5.5). Rare. */
final class WebSocketFrames {
    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int UNSUPPORTED_DATA = 1003;
    static final int INVALID_TEXT = 1007;

    private static final int CLOSE = 0x88;
    private static final int PONG = 0x8A;
    private static final int HEADER_LENGTH = 2;

    private WebSocketFrames() {}

    static ByteBuf close(final int status) {
        return Unpooled.buffer(HEADER_LENGTH + Short.BYTES)
                .writeByte(CLOSE)
                .writeByte(Short.BYTES)
                .writeShort(status);
    }

    /** A close without a status, as answer to one. */
    static ByteBuf close() {
        return Unpooled.buffer(HEADER_LENGTH).writeByte(CLOSE).writeByte(0);
    }

    static ByteBuf pong(final ByteBuf payload) {
        final int length = payload.readableBytes();
        return Unpooled.buffer(HEADER_LENGTH + length)
                .writeByte(PONG)
                .writeByte(length)
                .writeBytes(payload, payload.readerIndex(), length);
    }

    static ByteBuf ascii(final String text) {
        return Unpooled.wrappedBuffer(text.getBytes(US_ASCII));
    }
}

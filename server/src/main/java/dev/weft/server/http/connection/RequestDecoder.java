package dev.weft.server.http.connection;

import dev.weft.server.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Netty's request decoder with two additions. It asks its connection before every request whether
 * one more is wanted and keeps the bytes otherwise, so a burst of pipelined requests never runs
 * ahead of the answers. And it refuses what Netty forgives and another HTTP implementation may read
 * differently: folded header lines, more than one space in the request line, repeated Host,
 * Content-Length or Transfer-Encoding, the body of an ancient WebSocket draft.
 *
 * <p>Thread: the channel's event loop.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private static final int VISIBLE_MIN = 0x21;
    private static final int VISIBLE_MAX = 0x7e;
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
    private static final AsciiString HOST = AsciiString.cached("host");
    private static final AsciiString WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");

    private final HttpConnection connection;
    private boolean inHead = true;
    private boolean decoding;
    private boolean isInBurst;
    private boolean inputShutdown;
    private int nextWordStart;
    private int headerCount;
    private boolean contentLengthSeen;
    private boolean transferEncodingSeen;
    private boolean hostSeen;

    RequestDecoder(final HttpConnection connection) {
        super(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(HttpLimits.REQUEST_LINE_LENGTH_MAX)
                        .setMaxHeaderSize(HttpLimits.HEADERS_LENGTH_MAX)
                        .setMaxChunkSize(HttpLimits.BODY_PIECE_LENGTH_MAX));
        this.connection = connection;
    }

    /** Whether bytes are waiting here, decoded or not. */
    boolean hasInput() {
        return actualReadableBytes() > 0;
    }

    /** Whether {@link #resume} may have something to do. */
    boolean hasWork() {
        return inputShutdown || hasInput();
    }

    /** Whether the first bytes of a request have come but not the end of its head. */
    boolean isInsideHead() {
        return (inHead && hasInput()) || nextWordStart != 0;
    }

    /** Whether the client closed its side and the connection was not told yet. */
    boolean isInputShutdown() {
        return inputShutdown;
    }

    /** Goes on with the bytes that were kept while the connection wanted no more requests. */
    void resume(final ChannelHandlerContext context) throws Exception {
        if (!decoding) {
            if (hasInput()) {
                channelRead(context, Unpooled.EMPTY_BUFFER);
            }
            tellInputShutdown(context);
        }
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object input)
            throws Exception {
        if (!isInBurst && input != Unpooled.EMPTY_BUFFER) {
            isInBurst = true;
            connection.onBurst();
        }
        super.channelRead(context, input);
    }

    @Override
    protected void callDecode(
            final ChannelHandlerContext context, final ByteBuf in, final List<Object> out) {
        if (decoding) {
            return;
        }
        decoding = true;
        try {
            boolean progress = true;
            while (progress && in.isReadable() && connection.wantsInput() && !context.isRemoved()) {
                progress = decodeOne(context, in, out);
            }
        } finally {
            decoding = false;
        }
        if (!connection.wantsInput() && !context.isRemoved()) {
            connection.stopReading();
        }
    }

    private boolean decodeOne(
            final ChannelHandlerContext context, final ByteBuf in, final List<Object> out) {
        final int before = in.readableBytes();
        if (inHead && isFolded(in)) {
            in.skipBytes(before);
            connection.onFoldedHeader();
            return false;
        }
        try {
            decode(context, in, out);
        } catch (final Exception ex) {
            throw new io.netty.handler.codec.DecoderException(ex);
        }
        final boolean progress = before != in.readableBytes() || !out.isEmpty();
        for (int i = 0; i < out.size(); i++) {
            final Object message = out.get(i);
            follow(message);
            context.fireChannelRead(message);
        }
        out.clear();
        return progress;
    }

    private void follow(final Object message) {
        if (message instanceof LastHttpContent) {
            inHead = true;
        } else if (message instanceof HttpRequest || message instanceof HttpContent) {
            inHead = false;
            nextWordStart = 0;
        }
    }

    /**
     * A line that begins with white space: a folded header (RFC 9112, 5.2), or no request at all.
     */
    private boolean isFolded(final ByteBuf in) {
        final int end = in.writerIndex();
        boolean requestLineSeen = nextWordStart != 0;
        int lineStart = in.readerIndex();
        while (lineStart < end) {
            final byte first = in.getByte(lineStart);
            if (first == ' ' || first == '\t') {
                return true;
            }
            final int lineFeed = in.indexOf(lineStart, end, (byte) '\n');
            final boolean isEmpty =
                    lineFeed == lineStart || (lineFeed == lineStart + 1 && first == '\r');
            if (lineFeed < 0 || (isEmpty && requestLineSeen)) {
                return false;
            }
            requestLineSeen |= !isEmpty; // empty lines before a request are skipped (RFC 9112, 2.2)
            lineStart = lineFeed + 1;
        }
        return false;
    }

    @Override
    protected String splitFirstWordInitialLine(
            final byte[] bytes, final int start, final int length) {
        headerCount = 0;
        contentLengthSeen = false;
        transferEncodingSeen = false;
        hostSeen = false;
        if (start != 0) {
            throw new IllegalArgumentException("the request line begins with white space");
        }
        nextWordStart = start + length + 1;
        return super.splitFirstWordInitialLine(bytes, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(
            final byte[] bytes, final int start, final int length) {
        checkSeparator(bytes, start);
        for (int i = start; i < start + length; i++) {
            if (bytes[i] < VISIBLE_MIN || bytes[i] > VISIBLE_MAX) {
                throw new IllegalArgumentException(
                        "the request target has a character that is not visible ASCII");
            }
        }
        nextWordStart = start + length + 1;
        return super.splitSecondWordInitialLine(bytes, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(
            final byte[] bytes, final int start, final int length) {
        checkSeparator(bytes, start);
        if (length > 0 && bytes[start] != 'H') { // the only letters it may begin with are HTTP
            throw new IllegalArgumentException("the version is written in capitals");
        }
        return super.splitThirdWordInitialLine(bytes, start, length);
    }

    private void checkSeparator(final byte[] bytes, final int start) {
        if (start != nextWordStart || bytes[start - 1] != ' ') {
            throw new IllegalArgumentException(
                    "the parts of the request line are separated by one space");
        }
    }

    @Override
    protected AsciiString splitHeaderName(final byte[] bytes, final int start, final int length) {
        if (++headerCount > HttpLimits.HEADERS_MAX) {
            throw new TooLongHttpHeaderException(
                    "more than " + HttpLimits.HEADERS_MAX + " header lines");
        }
        if (length == 0) {
            throw new IllegalArgumentException("a header line has no name");
        }
        if (length == HOST.length() && isName(HOST, bytes, start, length)) {
            hostSeen = once(hostSeen, HOST);
        } else if (length == CONTENT_LENGTH.length()
                && isName(CONTENT_LENGTH, bytes, start, length)) {
            contentLengthSeen = once(contentLengthSeen, CONTENT_LENGTH);
        } else if (length == TRANSFER_ENCODING.length()
                && isName(TRANSFER_ENCODING, bytes, start, length)) {
            transferEncodingSeen = once(transferEncodingSeen, TRANSFER_ENCODING);
        } else if (length == WEBSOCKET_KEY.length() + 1
                && isName(WEBSOCKET_KEY, bytes, start, WEBSOCKET_KEY.length())) {
            throw new IllegalArgumentException("a handshake of a WebSocket draft");
        }
        return super.splitHeaderName(bytes, start, length);
    }

    private static boolean isName(
            final AsciiString name, final byte[] bytes, final int start, final int length) {
        for (int i = 0; i < length; i++) {
            if ((bytes[start + i] | ' ') != name.byteAt(i) && bytes[start + i] != name.byteAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean once(final boolean seen, final AsciiString name) {
        if (seen) {
            throw new IllegalArgumentException(name + " stands there twice");
        }
        return true;
    }

    /**
     * Replaces Netty's, which asks for more bytes on its own when reading was stopped on purpose.
     */
    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        isInBurst = false;
        discardSomeReadBytes();
        context.fireChannelReadComplete();
    }

    /**
     * Replaces Netty's: what the client sent before it closed its side is answered as far as it is
     * wanted.
     */
    @Override
    public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShutdown = true;
            connection.onInputEnding();
            tellInputShutdown(context);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void tellInputShutdown(final ChannelHandlerContext context) {
        if (inputShutdown && (connection.wantsInput() || connection.isClosing())) {
            inputShutdown = false;
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /** Replaces Netty's, which would decode once more for a connection that is gone. */
    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        context.fireChannelInactive();
    }
}

package dev.weft.server.http.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the head of an answer as bytes; its fixed parts are made once. Stateless. */
final class ResponseHead {
    /** What the head says about the connection. */
    enum Connection {
        /** Nothing: it stays open, as HTTP/1.1 has it. */
        DEFAULT(""),
        CLOSE("Connection: close\r\n"),
        /** For a client of HTTP/1.0 that asked for it. */
        KEEP_ALIVE("Connection: keep-alive\r\n");

        private final String line;

        Connection(final String line) {
            this.line = line;
        }
    }

    /** Room for everything but the content type, the caller's lines and the body. */
    static final int LENGTH_MAX = 320;

    private static final int STATUS_MIN = 100;
    private static final int STATUS_MAX = 599;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final byte[][] STATUS_LINES = new byte[STATUS_MAX - STATUS_MIN + 1][];
    private static final byte[] CONTENT_TYPE = ascii("Content-Type: ");
    private static final byte[] AFTER_CONTENT_TYPE =
            ascii("\r\nX-Content-Type-Options: nosniff\r\n");
    private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
    private static final byte[] LINE_END = ascii("\r\n");
    private static final int HEAD_END = 0x0D0A0D0A; // CR LF CR LF
    private static final int STATUS_OFFSET = "HTTP/1.1 ".length();

    private ResponseHead() {}

    /** Whether an answer with this status has no body, and no length either. */
    static boolean hasNoBody(final int status) {
        return status == NO_CONTENT || status == NOT_MODIFIED || status < 200;
    }

    /**
     * Writes status line, headers and the empty line.
     *
     * @param date whole line, made by {@link LoopContext#dateLine}.
     * @param lines further whole lines, or null; so are {@code corsLines}.
     */
    static void write(
            final ByteBuf out,
            final int status,
            final byte[] date,
            final @Nullable CharSequence contentType,
            final int bodyLength,
            final Connection connection,
            final @Nullable CharSequence lines,
            final @Nullable CharSequence corsLines) {
        out.ensureWritable(LENGTH_MAX + length(contentType) + length(lines) + length(corsLines));
        out.writeBytes(statusLine(status));
        out.writeBytes(date);
        if (contentType != null) {
            out.writeBytes(CONTENT_TYPE);
            writeAscii(out, contentType);
            out.writeBytes(AFTER_CONTENT_TYPE);
        }
        if (!hasNoBody(status)) {
            out.writeBytes(CONTENT_LENGTH);
            writeDecimal(out, bodyLength);
            out.writeBytes(LINE_END);
        }
        writeAscii(out, connection.line);
        if (lines != null) {
            writeAscii(out, lines);
        }
        if (corsLines != null) {
            writeAscii(out, corsLines);
        }
        out.writeBytes(LINE_END);
    }

    static void writeAscii(final ByteBuf out, final CharSequence text) {
        if (text instanceof AsciiString ascii) {
            ByteBufUtil.copy(ascii, 0, out, ascii.length());
        } else {
            ByteBufUtil.writeAscii(out, text);
        }
    }

    private static void writeDecimal(final ByteBuf out, final int number) {
        int divisor = 1;
        while (number / divisor >= 10) {
            divisor *= 10;
        }
        for (int rest = number; divisor > 0; divisor /= 10) {
            out.writeByte('0' + rest / divisor);
            rest %= divisor;
        }
    }

    private static byte[] statusLine(final int status) {
        byte[] line = STATUS_LINES[status - STATUS_MIN];
        if (line == null) { // two loops may both make it, to the same end
            line =
                    ascii(
                            "HTTP/1.1 "
                                    + status
                                    + ' '
                                    + HttpResponseStatus.valueOf(status).reasonPhrase()
                                    + "\r\n");
            STATUS_LINES[status - STATUS_MIN] = line;
        }
        return line;
    }

    /** The status in {@code HTTP/1.1 200 OK}. */
    static int status(final ByteBuf head) {
        final int start = head.readerIndex() + STATUS_OFFSET;
        return (head.getByte(start) - '0') * 100
                + (head.getByte(start + 1) - '0') * 10
                + head.getByte(start + 2)
                - '0';
    }

    /** Puts further lines before the empty one that ends a head; a first frame may follow that. */
    static ByteBuf spliced(
            final ByteBuf head, final byte[] dateLine, final @Nullable CharSequence corsLines) {
        final int start = head.readerIndex();
        int end = start;
        while (head.getInt(end) != HEAD_END) { // a head is short, and always has one
            end++;
        }
        end += LINE_END.length;
        final int corsLength = corsLines == null ? 0 : corsLines.length();
        final ByteBuf target =
                head.alloc().directBuffer(head.readableBytes() + dateLine.length + corsLength);
        target.writeBytes(head, start, end - start).writeBytes(dateLine);
        if (corsLines != null) {
            writeAscii(target, corsLines);
        }
        target.writeBytes(head, end, head.writerIndex() - end);
        head.release();
        return target;
    }

    private static int length(final @Nullable CharSequence text) {
        return text == null ? 0 : text.length();
    }

    static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

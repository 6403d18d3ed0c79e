package dev.weft.bench.client;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * Counts the answers on a publisher's connection and adds up what they say was accepted. Confined
 * to the client's thread.
 */
public final class AnswerStream {
    private static final int HEAD_LENGTH_MAX = 16 * 1024;
    private static final byte[] CONTENT_LENGTH =
            "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);
    private static final String ACCEPTED = "\"accepted\":";

    private final byte[] head = new byte[HEAD_LENGTH_MAX];
    private int headLength;
    private long bodyRemaining;
    private final StringBuilder body = new StringBuilder();
    private int status;

    private long count;
    private long acceptedCount;
    private long refusedCount;
    private String trouble = "";

    /** Takes what was read. */
    public void accept(final DirectBuffer buffer, final int offset, final int length) {
        final int end = offset + length;
        int position = offset;
        while (position < end) {
            if (bodyRemaining > 0) {
                final int run = (int) Math.min(bodyRemaining, end - position);
                keepBody(buffer, position, run);
                position += run;
                bodyRemaining -= run;
                if (bodyRemaining == 0) {
                    finish();
                }
            } else {
                position = head(buffer, position, end);
            }
        }
    }

    /** Answers so far. */
    public long count() {
        return count;
    }

    /** Events that the answers acknowledge. */
    public long acceptedCount() {
        return acceptedCount;
    }

    /** Answers that are no success. */
    public long refusedCount() {
        return refusedCount;
    }

    /** The first answer that was no success, empty if there was none. */
    public String trouble() {
        return trouble;
    }

    private int head(final DirectBuffer buffer, final int offset, final int end) {
        int position = offset;
        while (position < end) {
            if (headLength == HEAD_LENGTH_MAX) {
                throw new IllegalStateException("answer head longer than " + HEAD_LENGTH_MAX);
            }
            final byte next = buffer.getByte(position++);
            head[headLength++] = next;
            if (next == '\n' && headLength >= 4 && head[headLength - 3] == '\n') {
                status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
                bodyRemaining = contentLength();
                body.setLength(0);
                if (bodyRemaining == 0) {
                    finish();
                }
                headLength = 0;
                return position;
            }
        }
        return position;
    }

    private void keepBody(final DirectBuffer buffer, final int offset, final int length) {
        if (status == 204) {
            return;
        }
        final int limit =
                status == 200
                        ? 64
                        : 400; // "accepted" comes first; the rest of an envelope is not needed
        for (int i = 0; i < length && body.length() < limit; i++) {
            body.append((char) buffer.getByte(offset + i));
        }
    }

    private void finish() {
        count++;
        if (status / 100 != 2 || status == 207) {
            refusedCount++;
            if (trouble.isEmpty()) {
                trouble = "status " + status + ": " + body;
            }
            return;
        }
        final int at = body.indexOf(ACCEPTED);
        acceptedCount += at < 0 ? 1 : number(at + ACCEPTED.length());
    }

    private long number(final int from) {
        long value = 0;
        for (int i = from; i < body.length() && Character.isDigit(body.charAt(i)); i++) {
            value = value * 10 + body.charAt(i) - '0';
        }
        return value;
    }

    private long contentLength() {
        for (int from = 12; from + CONTENT_LENGTH.length < headLength; from++) {
            if (head[from] == '\r' && matches(from)) {
                long value = 0;
                for (int i = from + CONTENT_LENGTH.length; head[i] != '\r'; i++) {
                    value = head[i] == ' ' ? value : value * 10 + head[i] - '0';
                }
                return value;
            }
        }
        return 0;
    }

    private boolean matches(final int from) {
        for (int i = 2; i < CONTENT_LENGTH.length; i++) {
            final byte wanted = CONTENT_LENGTH[i];
            final byte found = head[from + i];
            if (found != wanted && (found | 0x20) != wanted) {
                return false;
            }
        }
        return true;
    }
}

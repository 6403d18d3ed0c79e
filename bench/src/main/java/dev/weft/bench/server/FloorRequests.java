package dev.weft.bench.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.DirectBuffer;

/**
 * The floor's side of a publisher's connection: finds the ends of requests and counts lines. One
 * thread.
 */
final class FloorRequests {
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");
    private static final byte[] SINGLE_ANSWER =
            "HTTP/1.1 204 No Content\r\nWeft-Seq: 1000000\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final byte[] head = new byte[16 * 1024];
    private byte[] previousHead = new byte[0];
    private int previousContentLength;
    private int headLength;
    private int bodyRemaining;
    private int lineCount;
    private ByteBuffer answers = ByteBuffer.allocate(256 * 1024);

    /**
     * Takes what was read.
     *
     * @return events in it: lines, or one per request without any.
     */
    int accept(final DirectBuffer buffer, final int length) {
        int eventCount = 0;
        int position = 0;
        while (position < length) {
            if (bodyRemaining == 0) {
                position = head(buffer, position, length);
            } else {
                final int run = Math.min(bodyRemaining, length - position);
                final int lines = lines(buffer, position, position + run);
                position += run;
                bodyRemaining -= run;
                lineCount += lines;
                eventCount += lines;
                if (bodyRemaining == 0) {
                    eventCount += lineCount == 0 ? 1 : 0;
                    answer();
                }
            }
        }
        return eventCount;
    }

    /** The answers to the requests that ended since the last call. */
    ByteBuffer takeAnswers() {
        final ByteBuffer taken = answers.flip();
        answers = ByteBuffer.allocate(256 * 1024);
        return taken;
    }

    private int head(final DirectBuffer buffer, final int offset, final int end) {
        int position = offset;
        while (position < end) {
            final byte next = buffer.getByte(position++);
            head[headLength++] = next;
            if (next == '\n' && headLength >= 4 && head[headLength - 3] == '\n') {
                bodyRemaining = contentLength();
                headLength = 0;
                lineCount = 0;
                return position;
            }
        }
        return position;
    }

    private int contentLength() {
        if (!Arrays.equals(head, 0, headLength, previousHead, 0, previousHead.length)) {
            previousHead = Arrays.copyOf(head, headLength);
            final Matcher found =
                    CONTENT_LENGTH.matcher(
                            new String(head, 0, headLength, StandardCharsets.US_ASCII));
            if (!found.find()) {
                throw new IllegalStateException("no content length");
            }
            previousContentLength = Integer.parseInt(found.group(1));
        }
        return previousContentLength;
    }

    private static int lines(final DirectBuffer buffer, final int offset, final int end) {
        int count = 0;
        for (int position = offset; position < end; position++) {
            count += buffer.getByte(position) == '\n' ? 1 : 0;
        }
        return count;
    }

    private void answer() {
        if (lineCount == 0) {
            answers.put(SINGLE_ANSWER);
        } else {
            final String body = "{\"accepted\":" + lineCount + "}";
            answers.put(
                    ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }
}

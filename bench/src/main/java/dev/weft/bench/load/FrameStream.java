package dev.weft.bench.load;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one subscriber's connection: the response head, then chunks, then SSE frames, and checks
 * that the ids of the frames are contiguous. Costs a few nanoseconds per frame: the end of a frame
 * is looked for where the previous frame's length says it should be, and only searched for when it
 * is not there. A raw line feed cannot stand inside a frame's JSON, so an empty line is always the
 * end of a frame. Confined to the client's thread.
 */
final class FrameStream {
    private static final int CARRY_LENGTH_MAX = 8 * 1024 * 1024;
    private static final int HEAD_LENGTH_MAX = 16 * 1024;
    private static final int ID_FIELD = 'i' | 'd' << 8 | ':' << 16 | ' ' << 24;
    private static final int SHORTEST_ID_LENGTH = 6; // id: 1\n
    private static final int ID_LENGTH_MAX = 24; // id: , 19 digits, line feed
    private static final short EMPTY_LINE = '\n' | '\n' << 8;

    private enum State {
        HEAD,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        ENDED
    }

    private State state = State.HEAD;
    private final StringBuilder head = new StringBuilder();
    private boolean chunkSizeSeen;
    private long chunkRemaining;
    private byte[] carry = new byte[512]; // an unfinished frame between two reads or two chunks
    private int carryLength;
    private final UnsafeBuffer carried = new UnsafeBuffer(carry);
    private int previousLength;

    private long nextSequence;
    private long receivedCount;
    private long lostCount;
    private long repeatedCount;
    private long controlCount;
    private String trouble = "";

    /**
     * @param nextSequence the id that the first frame must have, or 0 to take whatever comes first.
     */
    FrameStream(final long nextSequence) {
        this.nextSequence = nextSequence;
    }

    /** Takes what was read. Bytes of an unfinished frame are kept. */
    void accept(final DirectBuffer buffer, final int offset, final int length) {
        final int end = offset + length;
        int position = offset;
        while (position < end && state != State.ENDED) {
            switch (state) {
                case HEAD -> position = head(buffer, position, end);
                case CHUNK_SIZE -> position = chunkSize(buffer, position, end);
                case CHUNK_DATA -> {
                    final int run = (int) Math.min(chunkRemaining, end - position);
                    frames(buffer, position, position + run);
                    position += run;
                    chunkRemaining -= run;
                    if (chunkRemaining == 0) {
                        state = State.CHUNK_END;
                    }
                }
                case CHUNK_END -> {
                    if (buffer.getByte(position++) == '\n') {
                        state = State.CHUNK_SIZE;
                    }
                }
                case ENDED -> throw new IllegalStateException("read after the end");
            }
        }
    }

    /** The id that the next frame must have; 0 before the first frame when none was asked for. */
    long nextSequence() {
        return nextSequence;
    }

    long receivedCount() {
        return receivedCount;
    }

    /** Ids that were skipped. */
    long lostCount() {
        return lostCount;
    }

    /** Frames with an id that was already there. */
    long repeatedCount() {
        return repeatedCount;
    }

    /** Frames without an id that carry an event name, such as a gap. */
    long controlCount() {
        return controlCount;
    }

    boolean isOpen() {
        return state != State.HEAD && state != State.ENDED;
    }

    /** Whether the response head has not come yet. */
    boolean isWaiting() {
        return state == State.HEAD;
    }

    /** What was wrong with the bytes, empty if nothing was. */
    String trouble() {
        return trouble;
    }

    private int head(final DirectBuffer buffer, final int offset, final int end) {
        int position = offset;
        while (position < end) {
            head.append((char) (buffer.getByte(position++) & 0xFF));
            final int length = head.length();
            if (length >= 4
                    && head.charAt(length - 1) == '\n'
                    && head.substring(length - 4).equals("\r\n\r\n")) {
                final String text = head.toString();
                if (!text.startsWith("HTTP/1.1 200")
                        || !text.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
                    fail("unexpected answer: " + text.replace("\r\n", " | "));
                } else {
                    state = State.CHUNK_SIZE;
                }
                return position;
            }
            if (length > HEAD_LENGTH_MAX) {
                fail("response head too long");
                return end;
            }
        }
        return position;
    }

    private int chunkSize(final DirectBuffer buffer, final int offset, final int end) {
        int position = offset;
        while (position < end) {
            final byte digit = buffer.getByte(position++);
            final int value = Character.digit(digit, 16);
            if (value >= 0) {
                chunkRemaining = chunkRemaining << 4 | value;
                chunkSizeSeen = true;
            } else if (digit == '\n' && chunkSizeSeen) {
                chunkSizeSeen = false;
                state = chunkRemaining == 0 ? State.ENDED : State.CHUNK_DATA;
                return position;
            } else if (digit != '\r') {
                fail("bad byte in a chunk size: " + digit);
                return end;
            }
        }
        return position;
    }

    private void frames(final DirectBuffer buffer, final int offset, final int end) {
        int position = carryLength == 0 ? offset : finishCarried(buffer, offset, end);
        long next = nextSequence;
        int length = previousLength;
        long sequence = -1;
        while (position < end) {
            if (sequence < 0) {
                sequence = sequence(buffer, position, end);
            }
            int frameEnd = position + length;
            if (isFollowed(buffer, position, frameEnd, end, sequence + 1)) {
                next = count(sequence, next);
                sequence++;
            } else {
                frameEnd = findEnd(buffer, position, end);
                if (frameEnd < 0) {
                    carry(buffer, position, end);
                    break;
                }
                if (sequence < 0) {
                    other(buffer, position, frameEnd);
                } else {
                    length = frameEnd - position;
                    next = count(sequence, next);
                    sequence = -1;
                }
            }
            position = frameEnd;
        }
        previousLength = length;
        nextSequence = next;
    }

    /**
     * Whether a frame of the guessed length ends here for certain: behind it begins the one with
     * the next id.
     */
    private static boolean isFollowed(
            final DirectBuffer buffer,
            final int offset,
            final int guess,
            final int end,
            final long following) {
        return guess > offset
                && guess + ID_LENGTH_MAX <= end
                && buffer.getShort(guess - 2) == EMPTY_LINE
                && following > 0
                && sequence(buffer, guess, end) == following;
    }

    private long count(final long sequence, final long expected) {
        receivedCount++;
        return sequence == expected ? expected + 1 : outOfOrder(sequence, expected);
    }

    private long outOfOrder(final long sequence, final long expected) {
        if (expected != 0 && sequence < expected) {
            repeatedCount++;
            note("id " + sequence + " came again, expected " + expected);
            return expected;
        }
        if (expected != 0) {
            lostCount += sequence - expected;
            note("id " + sequence + " instead of " + expected);
        }
        return sequence + 1;
    }

    /**
     * The id of the frame that begins here, -1 if its first line is no complete {@code id:
     * <number>}.
     */
    private static long sequence(final DirectBuffer buffer, final int offset, final int end) {
        if (end - offset < SHORTEST_ID_LENGTH
                || buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) != ID_FIELD) {
            return -1;
        }
        long value = 0;
        for (int position = offset + Integer.BYTES; position < end; position++) {
            final int digit = buffer.getByte(position) - '0';
            if (digit < 0 || digit > 9) {
                return digit == '\n' - '0' ? value : -1;
            }
            value = value * 10 + digit;
        }
        return -1;
    }

    private void other(final DirectBuffer buffer, final int offset, final int end) {
        final byte first = buffer.getByte(offset);
        if (first == 'e') { // event: weft.gap or weft.reset
            controlCount++;
            note(
                    buffer.getStringWithoutLengthUtf8(offset, Math.min(end - offset, 200))
                            .replace('\n', ' '));
        } else if (first != ':' && first != 'r') {
            fail("unknown frame of " + (end - offset) + " bytes, first byte " + first);
        }
    }

    private static int findEnd(final DirectBuffer buffer, final int offset, final int end) {
        for (int position = offset + 1; position < end; position++) {
            if (buffer.getByte(position) == '\n' && buffer.getByte(position - 1) == '\n') {
                return position + 1;
            }
        }
        return -1;
    }

    private void carry(final DirectBuffer buffer, final int offset, final int end) {
        final int length = end - offset;
        if (carryLength + length > CARRY_LENGTH_MAX) {
            fail("a frame without an end");
            return;
        }
        if (carryLength + length > carry.length) {
            carry = Arrays.copyOf(carry, Math.max(carry.length * 2, carryLength + length));
        }
        buffer.getBytes(offset, carry, carryLength, length);
        carryLength += length;
    }

    private int finishCarried(final DirectBuffer buffer, final int offset, final int end) {
        final boolean halved = carry[carryLength - 1] == '\n' && buffer.getByte(offset) == '\n';
        final int frameEnd = halved ? offset + 1 : findEnd(buffer, offset, end);
        if (frameEnd < 0) {
            carry(buffer, offset, end);
            return end;
        }
        carry(buffer, offset, frameEnd);
        carried.wrap(carry, 0, carryLength);
        carryLength = 0;
        frames(carried, 0, carried.capacity());
        return frameEnd;
    }

    private void fail(final String reason) {
        note(reason);
        state = State.ENDED;
    }

    private void note(final String reason) {
        if (trouble.isEmpty()) {
            trouble = reason;
        }
    }

    /** The request that opens a stream. */
    static byte[] request(final int port, final String path, final long lastEventId) {
        final String resume = lastEventId < 0 ? "" : "Last-Event-ID: " + lastEventId + "\r\n";
        return ("GET "
                        + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1:"
                        + port
                        + "\r\nAccept: text/event-stream\r\n"
                        + resume
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}

package dev.weft.bench.client;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one subscriber's connection: the response head, then chunks if there are any, then SSE
 * frames, and checks that the numbers of the frames are contiguous. Costs a few nanoseconds per
 * frame: the end of a frame is looked for where the length of the last two says it should be, and
 * only searched for when it is not there. (One frame's length will not do: the next one may be half
 * as long, and a repetition behind it look like the one that follows.) A raw line feed cannot stand
 * inside a frame's JSON, so an empty line is always the end of a frame. Confined to the client's
 * thread.
 */
public final class FrameStream {
    private static final int CARRY_LENGTH_MAX = 8 * 1024 * 1024;
    private static final int HEAD_LENGTH_MAX = 16 * 1024;
    private static final int ID_LENGTH_MAX = 24; // id: , 19 digits, line feed
    private static final short EMPTY_LINE = '\n' | '\n' << 8;

    private static final Pattern RETRY_AFTER = Pattern.compile("\nretry-after: *(\\d+)");

    private enum State {
        HEAD,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        UNTIL_CLOSED,
        ENDED
    }

    private final FrameNumber number;
    private State state = State.HEAD;
    private final StringBuilder head = new StringBuilder();
    private boolean chunkSizeSeen;
    private long chunkRemaining;
    private byte[] carry = new byte[512]; // an unfinished frame between two reads or two chunks
    private int carryLength;
    private final UnsafeBuffer carried = new UnsafeBuffer(carry);
    private int guessedLength; // what two frames in a row had
    private int previousLength;

    private final boolean isDense;
    private final int step; // from one number to the next
    private long retryMs;
    private int retryAfterSeconds = -1;
    private long nextSequence;
    private long receivedCount;
    private long lostCount;
    private long repeatedCount;
    private long controlCount;
    private String trouble = "";

    /**
     * @param number by what the frames are told apart.
     * @param nextSequence the number that the first frame must have, or 0 to take whatever comes
     *     first.
     */
    public FrameStream(final FrameNumber number, final long nextSequence) {
        this(number, nextSequence, true);
    }

    /**
     * @param isDense whether every number has to come; those of a filtered stream only have to
     *     rise.
     */
    public FrameStream(final FrameNumber number, final long nextSequence, final boolean isDense) {
        this(number, nextSequence, isDense, 1);
    }

    private FrameStream(
            final FrameNumber number,
            final long nextSequence,
            final boolean isDense,
            final int step) {
        this.number = number;
        this.isDense = isDense;
        this.nextSequence = nextSequence;
        this.step = step;
    }

    /** One that gets only a part of the events: numbers that are left out are not lost. */
    static FrameStream ofAPart(final FrameNumber number) {
        return new FrameStream(number, 0, false);
    }

    /** One that gets every {@code step}th number, from whichever comes first. */
    static FrameStream ofEach(final FrameNumber number, final int step) {
        return new FrameStream(number, 0, true, step);
    }

    /** Takes what was read. Bytes of an unfinished frame are kept. */
    public void accept(final DirectBuffer buffer, final int offset, final int length) {
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
                case UNTIL_CLOSED -> {
                    frames(buffer, position, end);
                    position = end;
                }
                case ENDED -> throw new IllegalStateException("read after the end");
            }
        }
    }

    /**
     * A new connection follows: what was unfinished is forgotten, the counts and the number that is
     * expected stay.
     */
    void reopen() {
        state = State.HEAD;
        head.setLength(0);
        chunkSizeSeen = false;
        chunkRemaining = 0;
        carryLength = 0;
    }

    /** The id that the next frame must have; 0 before the first frame when none was asked for. */
    public long nextSequence() {
        return nextSequence;
    }

    public long receivedCount() {
        return receivedCount;
    }

    /** Ids that were skipped. */
    long lostCount() {
        return lostCount;
    }

    /** Frames with an id that was already there. */
    public long repeatedCount() {
        return repeatedCount;
    }

    /** Frames without an id that carry an event name, such as a gap. */
    public long controlCount() {
        return controlCount;
    }

    /** What the server said in {@code retry:}, 0 if nothing. */
    public long retryMs() {
        return retryMs;
    }

    /** What a refusal said in {@code Retry-After}, -1 if it was none or said nothing. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    public boolean isOpen() {
        return state != State.HEAD && state != State.ENDED;
    }

    /** Whether the response head has not come yet. */
    public boolean isWaiting() {
        return state == State.HEAD;
    }

    /** What was wrong with the bytes, empty if nothing was. */
    public String trouble() {
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
                final String fields = text.toLowerCase(Locale.ROOT);
                if (!text.startsWith("HTTP/1.1 200") || fields.contains("\ncontent-length:")) {
                    final Matcher later = RETRY_AFTER.matcher(fields);
                    retryAfterSeconds = later.find() ? Integer.parseInt(later.group(1)) : -1;
                    fail("unexpected answer: " + text.replace("\r\n", " | "));
                } else {
                    state =
                            fields.contains("transfer-encoding: chunked")
                                    ? State.CHUNK_SIZE
                                    : State.UNTIL_CLOSED;
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
        int length = guessedLength;
        long sequence = -1;
        while (position < end) {
            if (sequence < 0) {
                sequence = number.read(buffer, position, end);
            }
            int frameEnd = position + length;
            if (isFollowed(buffer, position, frameEnd, end, sequence < 0 ? -1 : sequence + step)) {
                next = count(sequence, next);
                sequence += step;
            } else {
                frameEnd = findEnd(buffer, position, end);
                if (frameEnd < 0) {
                    carry(buffer, position, end);
                    break;
                }
                if (sequence < 0) {
                    other(buffer, position, frameEnd);
                } else {
                    final int found = frameEnd - position;
                    length = found == previousLength ? found : length;
                    previousLength = found;
                    next = count(sequence, next);
                    sequence = -1;
                }
            }
            position = frameEnd;
        }
        guessedLength = length;
        nextSequence = next;
    }

    /**
     * Whether a frame of the guessed length ends here for certain: behind it begins the one with
     * the next id.
     */
    private boolean isFollowed(
            final DirectBuffer buffer,
            final int offset,
            final int guess,
            final int end,
            final long following) {
        return guess > offset
                && guess + ID_LENGTH_MAX <= end
                && buffer.getShort(guess - 2) == EMPTY_LINE
                && following > 0
                && number.read(buffer, guess, end) == following;
    }

    private long count(final long sequence, final long expected) {
        receivedCount++;
        return sequence == expected ? expected + step : outOfOrder(sequence, expected);
    }

    private long outOfOrder(final long sequence, final long expected) {
        if (expected != 0 && sequence < expected) {
            repeatedCount++;
            note("id " + sequence + " came again, expected " + expected);
            return expected;
        }
        if (expected != 0 && isDense) {
            lostCount += Math.max(1, (sequence - expected) / step);
            note("id " + sequence + " instead of " + expected);
        }
        return sequence + step;
    }

    private void other(final DirectBuffer buffer, final int offset, final int end) {
        final byte first = buffer.getByte(offset);
        if (first == 'e') { // event: weft.gap or weft.reset
            controlCount++;
            note(
                    buffer.getStringWithoutLengthUtf8(offset, Math.min(end - offset, 200))
                            .replace('\n', ' '));
        } else if (first == 'r') {
            retryMs =
                    Long.parseLong(
                            buffer.getStringWithoutLengthUtf8(offset, end - offset)
                                    .replaceAll("\\D", ""));
        } else if (first != ':') {
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
}

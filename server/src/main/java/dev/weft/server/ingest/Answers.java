package dev.weft.server.ingest;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.MediaTypes;
import dev.weft.server.sequencer.PendingAppend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answers to publishes. The frequent ones are made without allocation. Thread: the loop.
 */
final class Answers {
    static final String JOURNALED = "journaled";
    static final String DURABLE = "durable";

    private static final byte[] SEQUENCE = ascii("{\"seq\":");
    private static final byte[] EVENT = ascii(",\"event\":{");
    private static final byte[] END = ascii("}}");
    private static final int ENVELOPE_OVERHEAD = 64;
    private static final int DIGITS_MAX = 19;
    private static final int BUFFER_LENGTH = 4 * 1024;

    private final ByteBufAllocator allocator;
    private final HeaderLines journaled = new HeaderLines(JOURNALED, false);
    private final HeaderLines durable = new HeaderLines(DURABLE, false);
    private final HeaderLines repeatedJournaled = new HeaderLines(JOURNALED, true);
    private final HeaderLines repeatedDurable = new HeaderLines(DURABLE, true);
    private final AsciiString batchJournaled = AsciiString.cached(durabilityLine(JOURNALED));
    private final AsciiString batchDurable = AsciiString.cached(durabilityLine(DURABLE));
    private final byte[] digits = new byte[DIGITS_MAX];
    private @Nullable ByteBuf buffer; // made by the first answer: an idle loop holds no pool

    Answers(final ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Gives back what is kept for the next answer. */
    void close() {
        final ByteBuf own = buffer;
        if (own != null) {
            buffer = null;
            own.release();
        }
    }

    /** One event that was appended: its envelope. */
    void envelope(final Exchange exchange, final PendingAppend pending) {
        final DirectBuffer record = pending.buffer();
        final byte[] bytes = record.byteArray();
        final int length = pending.recordEnd(0) - RecordDescriptor.LENGTH;
        final ByteBuf body = begin(length + ENVELOPE_OVERHEAD);
        body.writeBytes(SEQUENCE);
        writeDecimal(body, pending.sequence(0));
        body.writeBytes(EVENT);
        final int start = body.writerIndex();
        body.writeBytes(bytes, RecordDescriptor.LENGTH, length);
        body.writeBytes(END);
        putTimestamp(body, start + timestampOffset(record), pending.timestamp());
        finish(exchange, 200, body, lines(pending.isDurable(), false, pending.sequence(0)));
    }

    /** One event, appended now or before, without a body. */
    void minimal(
            final Exchange exchange,
            final long sequence,
            final boolean isDurable,
            final boolean isRepeated) {
        exchange.respond(204, null, Unpooled.EMPTY_BUFFER, lines(isDurable, isRepeated, sequence));
    }

    /** An event that was there before: its envelope as it was answered first. */
    void original(
            final Exchange exchange,
            final long sequence,
            final boolean isDurable,
            final ByteBuf envelope) {
        exchange.respond(200, MediaTypes.JSON, envelope, lines(isDurable, true, sequence));
    }

    /** One event that was appended, in the words of another surface. */
    void json(
            final Exchange exchange,
            final CharSequence json,
            final boolean isDurable,
            final long sequence) {
        final ByteBuf body = begin(BUFFER_LENGTH);
        body.writeCharSequence(json, StandardCharsets.UTF_8);
        finish(exchange, 200, body, lines(isDurable, false, sequence));
    }

    /** All events of an array. */
    void array(final Exchange exchange, final PendingAppend pending) {
        final ByteBuf body = begin(BUFFER_LENGTH);
        final int duplicates = pending.duplicateCount();
        writeTotals(
                body,
                pending.count() - duplicates,
                duplicates,
                pending.firstSequence(),
                pending.lastSequence(),
                pending.isDurable());
        body.writeByte('}');
        finish(exchange, 200, body, batchLines(pending.isDurable()));
    }

    /**
     * The lines of an NDJSON body.
     *
     * @param errors members of the list of errors, empty if no line was refused.
     */
    void lines(
            final Exchange exchange,
            final LineTotals totals,
            final boolean isDurable,
            final CharSequence errors) {
        final ByteBuf body = begin(BUFFER_LENGTH + errors.length());
        writeTotals(
                body,
                totals.accepted,
                totals.duplicates,
                totals.firstSequence,
                totals.lastSequence,
                isDurable);
        if (totals.rejected > 0) {
            body.writeCharSequence(",\"rejected\":", StandardCharsets.US_ASCII);
            writeDecimal(body, totals.rejected);
            body.writeCharSequence(",\"errors\":[", StandardCharsets.US_ASCII);
            body.writeCharSequence(errors, StandardCharsets.UTF_8);
            body.writeByte(']');
        }
        body.writeByte('}');
        finish(exchange, totals.rejected > 0 ? 207 : 200, body, batchLines(isDurable));
    }

    /** What an outcome other than success says to the publisher. */
    static Problem refusal(final PendingAppend pending) {
        final PendingAppend.Status status = pending.status();
        final Problem problem = ServerEvents.refusal(status);
        return status == PendingAppend.Status.NOT_DURABLE
                ? problem.with("first_seq", pending.sequence(0))
                        .with("last_seq", pending.sequence(pending.count() - 1))
                : problem;
    }

    static final Problem DISK_FULL =
            new Problem(507, "the disk of the journal is full: nothing was appended");
    static final Problem NOT_DURABLE =
            new Problem(
                    503,
                    "appended, but not forced to disk: whether it survives a power cut is unknown");
    static final Problem NOT_WRITABLE =
            new Problem(503, "the journal takes no events: nothing was appended");

    static final Problem STOPPING =
            new Problem(503, "the server stops: what the body had not brought was not appended");

    static Problem backPressure() {
        return new Problem(
                503, "too many publishes are waiting: nothing was appended, try again in a moment");
    }

    private ByteBuf begin(final int length) {
        if (length > BUFFER_LENGTH) {
            return allocator.heapBuffer(length);
        }
        ByteBuf own = buffer;
        if (own == null || own.refCnt() > 1) { // the last answer is still on its way out
            if (own != null) {
                own.release();
            }
            own = allocator.heapBuffer(BUFFER_LENGTH);
            buffer = own;
        }
        return own.clear().retain();
    }

    private static void finish(
            final Exchange exchange,
            final int status,
            final ByteBuf body,
            final CharSequence lines) {
        exchange.respond(status, MediaTypes.JSON, body, lines);
    }

    private void writeTotals(
            final ByteBuf body,
            final long accepted,
            final long duplicates,
            final long firstSequence,
            final long lastSequence,
            final boolean isDurable) {
        body.writeCharSequence("{\"accepted\":", StandardCharsets.US_ASCII);
        writeDecimal(body, accepted);
        body.writeCharSequence(",\"duplicates\":", StandardCharsets.US_ASCII);
        writeDecimal(body, duplicates);
        if (accepted > 0) {
            body.writeCharSequence(",\"first_seq\":", StandardCharsets.US_ASCII);
            writeDecimal(body, firstSequence);
            body.writeCharSequence(",\"last_seq\":", StandardCharsets.US_ASCII);
            writeDecimal(body, lastSequence);
        }
        body.writeCharSequence(",\"durability\":\"", StandardCharsets.US_ASCII);
        body.writeCharSequence(isDurable ? DURABLE : JOURNALED, StandardCharsets.US_ASCII);
        body.writeByte('"');
    }

    private CharSequence lines(
            final boolean isDurable, final boolean isRepeated, final long sequence) {
        final HeaderLines lines =
                isDurable
                        ? isRepeated ? repeatedDurable : durable
                        : isRepeated ? repeatedJournaled : journaled;
        return lines.with(sequence);
    }

    private AsciiString batchLines(final boolean isDurable) {
        return isDurable ? batchDurable : batchJournaled;
    }

    private void writeDecimal(final ByteBuf body, final long number) {
        final int from = HeaderLines.putDecimal(digits, digits.length, number);
        body.writeBytes(digits, from, digits.length - from);
    }

    /** Where {@code ts} stands in a body. */
    private static int timestampOffset(final DirectBuffer record) {
        final int id = record.getInt(RecordDescriptor.ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
        return (id & 0xFFFF) + (id >>> Short.SIZE) + RecordDescriptor.TIMESTAMP_AFTER_ID;
    }

    private static void putTimestamp(final ByteBuf body, final int at, final long timestamp) {
        long rest = timestamp;
        for (int i = RecordDescriptor.TIMESTAMP_DIGITS - 1; i >= 0; i--) {
            body.setByte(at + i, (int) ('0' + rest % 10));
            rest /= 10;
        }
    }

    private static String durabilityLine(final String durability) {
        return "Weft-Durability: " + durability + "\r\n";
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Header lines with a sequence, one reusable text for each number of digits. */
    private static final class HeaderLines {
        private static final String NAME = "Weft-Seq: ";

        private final byte[][] bytes = new byte[DIGITS_MAX + 1][];
        private final AsciiString[] texts = new AsciiString[DIGITS_MAX + 1];
        private final byte[] scratch = new byte[DIGITS_MAX];

        HeaderLines(final String durability, final boolean isRepeated) {
            for (int digitCount = 1; digitCount <= DIGITS_MAX; digitCount++) {
                final String text =
                        NAME
                                + "0".repeat(digitCount)
                                + "\r\n"
                                + durabilityLine(durability)
                                + (isRepeated ? "Weft-Duplicate: true\r\n" : "");
                bytes[digitCount] = ascii(text);
                texts[digitCount] = new AsciiString(bytes[digitCount], false);
            }
        }

        /** The lines, to be copied before the next call. */
        AsciiString with(final long sequence) {
            final int from = putDecimal(scratch, DIGITS_MAX, sequence);
            final int digitCount = DIGITS_MAX - from;
            System.arraycopy(scratch, from, bytes[digitCount], NAME.length(), digitCount);
            return texts[digitCount];
        }

        /** Writes a number that ends at {@code end}; returns where it begins. */
        static int putDecimal(final byte[] target, final int end, final long number) {
            int at = end;
            long rest = number;
            do {
                target[--at] = (byte) ('0' + rest % 10);
                rest /= 10;
            } while (rest > 0);
            return at;
        }
    }

    /** What became of the lines of an NDJSON body. */
    static final class LineTotals {
        long accepted;
        long duplicates;
        long rejected;
        long firstSequence;
        long lastSequence;

        void add(final PendingAppend pending) {
            final int duplicateCount = pending.duplicateCount();
            duplicates += duplicateCount;
            accepted += pending.count() - duplicateCount;
            if (pending.firstSequence() > 0) {
                firstSequence = firstSequence == 0 ? pending.firstSequence() : firstSequence;
                lastSequence = pending.lastSequence();
            }
        }
    }
}

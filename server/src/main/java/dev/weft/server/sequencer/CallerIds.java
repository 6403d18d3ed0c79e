package dev.weft.server.sequencer;

import static dev.weft.protocol.frame.RecordDescriptor.FIELD_LENGTH_OFFSET;
import static dev.weft.protocol.frame.RecordDescriptor.FLAGS_OFFSET;
import static dev.weft.protocol.frame.RecordDescriptor.FLAG_CALLER_ID;
import static dev.weft.protocol.frame.RecordDescriptor.ID_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.protocol.frame.RecordDescriptor;
import org.agrona.DirectBuffer;

/** Which events of a publish repeat one that is in the journal already. Thread: the sequencer's. */
final class CallerIds {
    private final DuplicateWindow window;

    CallerIds(final DuplicateWindow window) {
        this.window = window;
    }

    /**
     * Remembers the id of one event, if its caller gave it one.
     *
     * @param sequence that it gets if it is new.
     * @return the sequence of the event that it repeats, {@link DuplicateWindow#ABSENT} if none.
     */
    long remember(final PendingAppend pending, final int index, final long sequence) {
        final DirectBuffer buffer = pending.buffer();
        final int record = pending.recordOffset(index);
        return isGiven(buffer, record)
                ? window.putIfAbsent(
                        buffer, offset(buffer, record), length(buffer, record), sequence)
                : DuplicateWindow.ABSENT;
    }

    /** Takes back what was remembered for events that were not appended after all. */
    void forgetFrom(final long sequence) {
        window.forgetFrom(sequence);
    }

    /**
     * Whether every event of a publish repeats one; if so, each has got that one's sequence, and
     * the publish is done without touching the journal.
     */
    boolean isOnlyRepeated(final PendingAppend pending) {
        final DirectBuffer buffer = pending.buffer();
        for (int i = 0; i < pending.count(); i++) {
            final int record = pending.recordOffset(i);
            final long earlier =
                    isGiven(buffer, record)
                            ? window.find(buffer, offset(buffer, record), length(buffer, record))
                            : DuplicateWindow.ABSENT;
            if (earlier == DuplicateWindow.ABSENT) {
                return false;
            }
            pending.sequence(i, earlier);
        }
        pending.appended(0, 0, 0, pending.count());
        return true;
    }

    private static boolean isGiven(final DirectBuffer buffer, final int record) {
        return (buffer.getShort(record + FLAGS_OFFSET, LITTLE_ENDIAN) & FLAG_CALLER_ID) != 0;
    }

    private static int offset(final DirectBuffer buffer, final int record) {
        return record
                + RecordDescriptor.LENGTH
                + Short.toUnsignedInt(buffer.getShort(record + ID_OFFSET, LITTLE_ENDIAN));
    }

    private static int length(final DirectBuffer buffer, final int record) {
        return Short.toUnsignedInt(
                buffer.getShort(record + ID_OFFSET + FIELD_LENGTH_OFFSET, LITTLE_ENDIAN));
    }
}

package dev.weft.server.door;

import dev.weft.protocol.event.EventParser;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.PendingAppend;
import org.agrona.MutableDirectBuffer;

/**
 * Events of several publishers on their way to the journal as one append, and to whom each belongs;
 * those that were refused keep their place among them. Thread: the door's, but for {@link
 * #onCompleted}.
 */
final class DoorBatch implements PendingAppend.Completion {
    static final int COUNT_MAX = 1_024;
    private static final int LENGTH_MAX = 240 * 1024; // with its overhead about one block
    private static final int KEPT_LENGTH_MAX = 1024 * 1024;

    private final Signal door;
    private final byte[] slots = new byte[COUNT_MAX];
    private final short[] statuses = new short[COUNT_MAX]; // 0: among the events that are appended
    private PendingAppend pending = new PendingAppend(this);
    private int count;
    private long generation;
    private volatile boolean completed; // set by the sequencer or the forcing thread

    DoorBatch(final Signal door) {
        this.door = door;
    }

    void begin(final long ofGeneration, final boolean durable) {
        if (pending.buffer().capacity() > KEPT_LENGTH_MAX) {
            pending = new PendingAppend(this);
        }
        pending.reset(durable);
        count = 0;
        generation = ofGeneration;
        completed = false;
    }

    /**
     * Parses an event into it.
     *
     * @return false if it was refused; the parser knows why. It has its place here anyway.
     */
    boolean add(final EventParser parser, final int length, final int slot) {
        final int at = pending.length();
        final MutableDirectBuffer buffer = pending.buffer();
        buffer.checkLimit(at + EventParser.recordLengthMax(length));
        final int end = parser.parseOnly(0, buffer.byteArray(), at);
        slots[count] = (byte) slot;
        if (end == EventParser.FAILED) {
            statuses[count++] = (short) parser.error().status();
            return false;
        }
        statuses[count++] = 0;
        pending.appendRecord(end);
        return true;
    }

    boolean isFull() {
        return count == COUNT_MAX || pending.length() >= LENGTH_MAX;
    }

    PendingAppend pending() {
        return pending;
    }

    int count() {
        return count;
    }

    long generation() {
        return generation;
    }

    boolean isCompleted() {
        return completed;
    }

    /** Nothing of it goes to the journal. */
    void completeEmpty() {
        completed = true;
    }

    /** Writes the outcomes into the slots, in the order of the offers. */
    void acknowledge(final DoorSeats seats) {
        final PendingAppend.Status status = pending.status();
        final boolean appended = status == PendingAppend.Status.APPENDED;
        final long refusal = status == PendingAppend.Status.DISK_FULL ? -507 : -503;
        int event = 0;
        for (int i = 0; i < count; i++) {
            final long outcome;
            if (statuses[i] != 0) {
                outcome = -statuses[i];
            } else {
                outcome = appended ? pending.sequence(event) : refusal;
                event++;
            }
            seats.get(slots[i]).acknowledge(outcome);
        }
    }

    /** Thread: the sequencer's or the forcing one. */
    @Override
    public void onCompleted(final PendingAppend append) {
        completed = true;
        door.signal();
    }
}

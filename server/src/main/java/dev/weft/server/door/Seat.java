package dev.weft.server.door;

import static dev.weft.protocol.door.DoorDescriptor.ACKNOWLEDGED_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.CLAIM_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.FILE_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.NO_CLAIM;
import static dev.weft.protocol.door.DoorDescriptor.REASON_OFFER_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.REASON_TEXT_LENGTH_MAX;
import static dev.weft.protocol.door.DoorDescriptor.REASON_TEXT_LENGTH_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.REASON_TEXT_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.SLOT_LENGTH;

import dev.weft.protocol.door.DoorDescriptor;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Who sits in a slot, and what it was told. Of the file only what the publisher was about to claim
 * is read here; all else is only written. One thread.
 */
final class Seat {
    private final UnsafeBuffer slot;
    private @Nullable Visitor visitor; // null when free, or when it has gone
    private boolean taken;
    private long leftAt; // claims of who has gone end here
    private long taking; // offers that were read from the ring
    private long acknowledged;
    private long reasonCount;

    Seat(final DoorFile file, final int number) {
        slot = file.slot(number);
    }

    boolean isTaken() {
        return taken;
    }

    /** Whether there is somebody who may still be writing. */
    boolean isPresent() {
        return visitor != null;
    }

    @Nullable Visitor visitor() {
        return visitor;
    }

    void take(final Visitor newVisitor) {
        visitor = newVisitor;
        taken = true;
        taking = 0;
        acknowledged = 0;
        reasonCount = 0;
        slot.putLong(CLAIM_OFFSET, NO_CLAIM);
        slot.putLongRelease(ACKNOWLEDGED_OFFSET, 0);
        for (int i = 0; i < DoorDescriptor.REASON_COUNT; i++) {
            slot.putLong(DoorDescriptor.reasonOffset(i) + REASON_OFFER_OFFSET, 0);
        }
    }

    /** What its publisher is or was about to claim at a position, in bytes; 0 for nothing. */
    int claimLength(final long position) {
        return taken ? DoorDescriptor.claimLength(slot.getLongVolatile(CLAIM_OFFSET), position) : 0;
    }

    /** Its publisher has gone. */
    void leave(final long claimed) {
        visitor = null;
        leftAt = claimed;
    }

    /** Free again when nothing of the one before is under way; whether that is so now. */
    boolean free(final long position) {
        if (taken && visitor == null && position >= leftAt && acknowledged == taking) {
            taken = false;
        }
        return !taken;
    }

    /** One more offer was read; returns its number. */
    long onOffer() {
        return ++taking;
    }

    /** The next offer has its outcome: a sequence, or a status below zero. */
    void acknowledge(final long outcome) {
        slot.putLong(DoorDescriptor.outcomeOffset(++acknowledged), outcome);
        slot.putLongRelease(ACKNOWLEDGED_OFFSET, acknowledged);
    }

    /** Says why the offer that was read last is refused. Before its outcome. Allocates. */
    void explain(final String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > REASON_TEXT_LENGTH_MAX) {
            bytes = text.substring(0, REASON_TEXT_LENGTH_MAX / 4).getBytes(StandardCharsets.UTF_8);
        }
        final int at = DoorDescriptor.reasonOffset(reasonCount++);
        slot.putLongVolatile(at + REASON_OFFER_OFFSET, 0);
        slot.putBytes(at + REASON_TEXT_OFFSET, bytes);
        slot.putInt(at + REASON_TEXT_LENGTH_OFFSET, bytes.length);
        slot.putLongRelease(at + REASON_OFFER_OFFSET, taking);
    }

    static {
        if (SLOT_LENGTH % 4096 != 0 || FILE_LENGTH % 4096 != 0) {
            throw new ExceptionInInitializerError("slots must begin on pages");
        }
    }
}

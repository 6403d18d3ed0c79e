package dev.weft.server.door;

import dev.weft.protocol.door.DoorDescriptor;

/** The slots of one generation of a door, and who sits there. One thread. */
final class DoorSeats {
    private final Seat[] seats = new Seat[DoorDescriptor.SLOT_COUNT];
    private int takenCount;

    DoorSeats(final DoorFile file) {
        for (int slot = 0; slot < seats.length; slot++) {
            seats[slot] = new Seat(file, slot);
        }
    }

    Seat get(final int slot) {
        return seats[slot];
    }

    /** Slots that are not free, those of publishers that have gone included. */
    int takenCount() {
        return takenCount;
    }

    /** Gives a slot to who connected, or sends it away. */
    void arrive(final Visitor visitor, final long generation) {
        for (int slot = 0; slot < seats.length; slot++) {
            if (!seats[slot].isTaken()) {
                seats[slot].take(visitor);
                takenCount++;
                visitor.welcome(slot, generation);
                return;
            }
        }
        visitor.dismiss();
    }

    /**
     * How long a place is of which nothing is written yet, if who claimed it has gone. Several may
     * have been about to take it; of those who live, the ones that did not get it will say so.
     *
     * @return 0 if somebody may still be writing there, or it cannot be known.
     */
    int deadClaimLength(final long position) {
        int length = 0;
        for (final Seat seat : seats) {
            final int claimed = seat.claimLength(position);
            if (claimed != 0) {
                if (seat.isPresent() || (length != 0 && length != claimed)) {
                    return 0;
                }
                length = claimed;
            }
        }
        return length;
    }

    /** Somebody has gone, in good order or not. What it had claimed is still worked on. */
    void depart(final Visitor visitor, final DoorRing ring) {
        for (final Seat seat : seats) {
            if (seat.visitor() == visitor) {
                final long ahead = ring.claimed() - ring.position();
                final long claimed = Math.max(0, Math.min(ahead, DoorDescriptor.RING_CAPACITY));
                seat.leave(ring.position() + claimed);
            }
        }
    }

    /** Frees the slots of those that have gone when all of theirs is through. */
    void free(final long position) {
        if (takenCount > 0) {
            int count = 0;
            for (final Seat seat : seats) {
                count += seat.free(position) ? 0 : 1;
            }
            takenCount = count;
        }
    }

    void dismissAll() {
        for (final Seat seat : seats) {
            final Visitor visitor = seat.visitor();
            if (visitor != null) {
                visitor.dismiss();
            }
        }
    }
}

package dev.weft.server.door;

import dev.weft.protocol.Limits;
import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import java.util.function.LongSupplier;

/**
 * The way of the events: out of the ring, copied, checked, prepared, into the batches. One thread.
 */
final class DoorIntake {
    private static final int STEPS_PER_ROUND_MAX = 4_096;

    private final LongSupplier clockMs;
    private final DoorBatches batches;
    private final DoorCounters counters;
    private final EventIds ids = new EventIds();
    private final EventParser parser;
    private final byte[] scratch = new byte[Limits.EVENT_LENGTH_MAX + EventParser.PADDING];
    private int ending = DoorRing.NONE;

    DoorIntake(
            final EventRules rules,
            final LongSupplier clockMs,
            final DoorBatches batches,
            final DoorCounters counters) {
        this.clockMs = clockMs;
        this.batches = batches;
        this.counters = counters;
        parser = new EventParser(rules, ids);
    }

    /**
     * Takes what is ready, up to a bound, and hands it on.
     *
     * @return steps that led on: events, and places without one; see {@link #ending}.
     */
    int takeIn(final DoorGeneration door) {
        final DoorRing ring = door.ring();
        boolean isFirst = true;
        int steps = 0;
        ending = DoorRing.NONE;
        for (; steps < STEPS_PER_ROUND_MAX && batches.hasRoom(); steps++) {
            final int length = ring.next();
            if (length == DoorRing.PASSED || (length == DoorRing.CLAIMED && skipDead(door))) {
                continue;
            }
            if (length < 0) {
                ending = length;
                break;
            }
            if (isFirst) {
                isFirst = false;
                ring.wakeUp();
                ids.time(clockMs.getAsLong());
            }
            take(door, length);
            if (batches.isFull() && batches.flush()) {
                ring.release();
            }
        }
        batches.flush();
        ring.release();
        return steps;
    }

    /** What ended the last round: {@link DoorRing#NONE}, {@code CLAIMED} or {@code BROKEN}. */
    int ending() {
        return ending;
    }

    private void take(final DoorGeneration door, final int length) {
        final int slot = door.ring().slot();
        final Seat seat = door.seats().get(slot);
        door.ring().take(scratch, length);
        counters.bytes.add(length);
        if (!seat.isTaken()) { // nobody was given this slot
            counters.refused.increment();
            return;
        }
        seat.onOffer();
        parser.wrap(scratch, length);
        if (!batches.open(door.number()).add(parser, length, slot)) {
            counters.refused.increment();
            seat.explain(parser.error().detail());
        }
    }

    /** Goes behind a claim whose claimer is known to be gone; false if it is not. */
    private boolean skipDead(final DoorGeneration door) {
        final DoorRing ring = door.ring();
        final int claimer = ring.claimer();
        final int length;
        if (claimer != DoorRing.NONE) {
            length = door.seats().get(claimer).isPresent() ? 0 : ring.claimLength();
        } else {
            length = door.seats().deadClaimLength(ring.position());
            if (length != 0 && ring.isTouched()) {
                return true; // its claimer lives, and was about to claim the next one: look again
            }
        }
        if (length == 0 || !ring.skip(length)) {
            return false;
        }
        counters.abandoned.increment();
        return true;
    }
}

package dev.weft.server.door;

import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a door in the order of their events: those under way, then the one that is being
 * filled. Outcomes are told in that order, whatever the order in which they come. One thread.
 */
final class DoorBatches {
    private static final int COUNT = 16; // a power of two

    private final AppendInbox inbox;
    private final boolean durable;
    private final LongSupplier clockNs;
    private final DoorCounters counters;
    private final DoorBatch[] batches = new DoorBatch[COUNT];
    private long oldest; // [oldest, next) are under way, next is the open one
    private long next;
    private boolean open;
    private boolean refused; // the sequencer had no room for it

    DoorBatches(
            final AppendInbox inbox,
            final boolean durable,
            final Signal door,
            final LongSupplier clockNs,
            final DoorCounters counters) {
        this.inbox = inbox;
        this.durable = durable;
        this.clockNs = clockNs;
        this.counters = counters;
        for (int i = 0; i < COUNT; i++) {
            batches[i] = new DoorBatch(door);
        }
    }

    /** Whether nothing is under way or open. */
    boolean isEmpty() {
        return oldest == next && !open;
    }

    /** Whether the sequencer had no room the last time; nobody says when it has. */
    boolean isRefused() {
        return refused;
    }

    /** Whether there is a batch for one more event. */
    boolean hasRoom() {
        return next - oldest < COUNT && !(open && batch().isFull() && !flush());
    }

    /** The batch for the next event; there must be room. */
    DoorBatch open(final long generation) {
        final DoorBatch batch = batch();
        if (!open) {
            batch.begin(generation, durable);
            open = true;
        }
        return batch;
    }

    /** Whether the open batch is full. */
    boolean isFull() {
        return open && batch().isFull();
    }

    /** Hands the open batch over; false if the sequencer has no room for it now. */
    boolean flush() {
        if (!open) {
            return true;
        }
        final DoorBatch batch = batch();
        if (batch.pending().count() == 0) {
            batch.completeEmpty();
        } else {
            batch.pending().admittedNs(clockNs.getAsLong());
            refused = !inbox.offer(batch.pending());
            if (refused) {
                return false;
            }
            counters.events.add(batch.pending().count());
        }
        open = false;
        next++;
        return true;
    }

    /** Forgets the open batch: its events stay without an outcome. */
    void drop() {
        open = false;
        refused = false;
    }

    /**
     * Tells the outcomes that are there.
     *
     * @param door whose they are; those of another generation are told to nobody.
     * @return events that are through.
     */
    int acknowledge(final @Nullable DoorGeneration door) {
        int count = 0;
        while (oldest < next) {
            final DoorBatch batch = batches[(int) oldest & COUNT - 1];
            if (!batch.isCompleted()) {
                break;
            }
            if (door != null && batch.generation() == door.number()) {
                batch.acknowledge(door.seats());
            }
            count += batch.count();
            oldest++;
        }
        return count;
    }

    private DoorBatch batch() {
        return batches[(int) next & COUNT - 1];
    }
}

package dev.weft.server.sequencer;

/**
 * Where prepared appends enter the total order. The seam for a replicated log in front of the same
 * sequencer.
 */
public interface AppendInbox {
    /**
     * Hands an append over and wakes the sequencer. Any I/O thread. What one thread offers stays in
     * its order.
     *
     * @return false if the queue is full or the server is stopping: the caller keeps the append,
     *     and refuses or slows its publisher.
     */
    boolean offer(PendingAppend pending);
}

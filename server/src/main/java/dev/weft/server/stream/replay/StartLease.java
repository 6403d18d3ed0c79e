package dev.weft.server.stream.replay;

import dev.weft.server.journal.Lease;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps retention from what starts were resolved to. The loop that asked has no lease there: it did
 * not know where its stream begins. Each request is kept in mind until the loop has taken the
 * answer, and with it a lease of its own. Thread: replay.
 */
final class StartLease {
    private final Lease lease;
    private final List<ReplayRequest> requests = new ArrayList<>();

    StartLease(final Lease lease) {
        this.lease = lease;
    }

    /** A start was resolved to a sequence, or looked for as far back as that. */
    void need(final ReplayRequest request, final long sequence) {
        if (request.resolvedTo == Lease.NONE) {
            requests.add(request);
        }
        request.resolvedTo = sequence;
        lease.needAlso(sequence);
    }

    /** Lets go what loops have taken over, or nobody wants any more. */
    void renew() {
        if (requests.isEmpty()) {
            return;
        }
        long needed = Lease.NONE;
        int kept = 0;
        for (int i = 0; i < requests.size(); i++) {
            final ReplayRequest request = requests.get(i);
            if (!request.isStartTaken() && !request.isCancelled()) {
                requests.set(kept++, request);
                needed = Math.min(needed, request.resolvedTo);
            }
        }
        requests.subList(kept, requests.size()).clear();
        lease.need(needed);
    }

    /** Nobody is to be kept in mind any more. */
    void end() {
        requests.clear();
        lease.need(Lease.NONE);
    }
}

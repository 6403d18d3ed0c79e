package dev.weft.server.journal.retention;

import dev.weft.server.journal.Lease;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All leases of a journal: a fixed few, one for each thread that reads. Any thread. */
public final class Leases {
    private final List<Lease> all = new CopyOnWriteArrayList<>();

    /** One more, which needs nothing yet. */
    public Lease add() {
        final Lease lease = new Lease();
        all.add(lease);
        return lease;
    }

    /** Lowest sequence that any reader still needs, or {@link Lease#NONE}. */
    long lowest() {
        long lowest = Lease.NONE;
        for (final Lease lease : all) {
            lowest = Math.min(lowest, lease.sequence());
        }
        return lowest;
    }
}

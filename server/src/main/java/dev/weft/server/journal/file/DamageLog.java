package dev.weft.server.journal.file;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Damage that readers met while the journal was running: each place counts and is told once,
 * however many readers come by. Any thread; rarely anything at all.
 */
public final class DamageLog {
    /** Places that are remembered; beyond that they are counted without a word. */
    private static final int PLACES_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(DamageLog.class);
    private final Set<Place> places = new HashSet<>();
    private volatile long count; // written under the lock

    private record Place(int cycle, long position) {}

    /** Takes note that a block at or behind a position cannot be read. */
    void met(final RollFile file, final long position, final long from, final long to) {
        synchronized (places) {
            if (places.size() >= PLACES_MAX || !places.add(new Place(file.cycle(), position))) {
                return;
            }
            count = places.size();
        }
        LOG.error(
                "journal is damaged: file={} position={} events lost from={} to={}",
                file.path(),
                position,
                from,
                to);
    }

    /** Places so far. */
    public long count() {
        return count;
    }
}

package dev.weft.server.journal.append;

import dev.weft.server.journal.file.RollCycleNames;
import net.openhft.chronicle.core.time.TimeProvider;

/**
 * The time that Chronicle sees: the start of the cycle that the journal has decided to be in. It
 * only goes forward, so Chronicle can neither write behind the end of a finished file nor into an
 * older one, whatever the machine's clock does. Thread: the appender.
 */
final class RollClock implements TimeProvider {
    private long millis;

    void cycle(final int cycle) {
        millis = Math.max(millis, RollCycleNames.startMs(cycle));
    }

    @Override
    public long currentTimeMillis() {
        return millis;
    }
}

package dev.weft.server.ops;

import dev.weft.server.counters.Counter;
import dev.weft.server.counters.LatencyRecorder;
import dev.weft.server.sequencer.PendingAppend;
import dev.weft.server.sequencer.SequencerCounters;

/**
 * What the sequencer and the forcing agent did. Writers: the sequencer's thread; for forces, {@code
 * weft-force}.
 */
public final class SequencerCounts implements SequencerCounters {
    public final Counter blocks = new Counter();
    public final Counter events = new Counter();
    public final Counter bytes = new Counter();
    public final Counter publishes = new Counter();
    public final Counter duplicates = new Counter();
    public final Counter refused = new Counter();
    public final Counter forces = new Counter();
    public final Counter forcedPublishes = new Counter();
    public final LatencyRecorder appendLatency = new LatencyRecorder();
    public final LatencyRecorder forceLatency = new LatencyRecorder();

    @Override
    public void onBlock(final int eventCount, final int length) {
        blocks.increment();
        events.add(eventCount);
        bytes.add(length);
    }

    @Override
    public void onAppended(final long latencyNs) {
        publishes.increment();
        appendLatency.record(latencyNs);
    }

    @Override
    public void onRefused(final PendingAppend.Status status, final int eventCount) {
        refused.add(eventCount);
    }

    @Override
    public void onDuplicates(final int eventCount) {
        duplicates.add(eventCount);
    }

    @Override
    public void onForced(final int publishCount, final long durationNs) {
        forces.increment();
        forcedPublishes.add(publishCount);
        forceLatency.record(durationNs);
    }
}

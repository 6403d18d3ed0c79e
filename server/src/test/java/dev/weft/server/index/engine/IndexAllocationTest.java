package dev.weft.server.index.engine;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.harness.Allocation;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A segment that grows, from its first event to its last, again and again. */
class IndexAllocationTest {
    private static final int EVENTS = 4_000;
    private static final int SUBJECTS = 1_500;
    private static final int WINDOWS = 5;

    @Test
    void shouldAllocateNothingPerEvent() {
        final MemoryJournal journal = new MemoryJournal();
        final List<String> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            events.add(
                    "{\"type\":\"t%d\",\"subject\":\"job/%d\",\"correlation_id\":\"c%d\",\"run_id\":\"r%d\"}"
                            .formatted(i % 3, i % SUBJECTS, i, i / 10));
        }
        new EventBlocks(journal).append(events);
        final BlockFlyweight block = new BlockFlyweight();
        final JournalReader reader = journal.newReader();
        reader.seek(1);
        reader.next(block);
        final GrowingSegment segment = new GrowingSegment(SegmentLimits.of(EVENTS), 7);
        Allocation.awaitNone(
                1,
                WINDOWS,
                () -> {
                    final long before = Allocation.bytes();
                    segment.clear();
                    for (int i = 0; i < EVENTS; i++) {
                        if (segment.isFull(block.timestamp(i))) {
                            throw new AssertionError("full after " + i);
                        }
                        segment.add(block, i, i / 10, 0);
                    }
                    return Allocation.bytes() - before;
                });
    }
}

package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.protocol.frame.BlockEncoder;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.ring.BlockRing;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Journal and ring without a sequencer: each publish becomes one block, as if it had come over
 * HTTP.
 */
public final class Fabric {
    public static final long START_US = 1_700_000_000_000_000L;

    private final EventParser parser;
    private final BlockEncoder encoder = new BlockEncoder();
    private final MemoryJournal journal = new MemoryJournal();
    private final BlockRing ring;
    private long timeUs = START_US;

    public Fabric(final int ringCapacity) {
        this(ringCapacity, EventRules.forCallers(List.of(), List.of()));
    }

    /** One whose events are checked by other rules, such as those for the server's own. */
    public Fabric(final int ringCapacity, final EventRules rules) {
        parser = new EventParser(rules, new EventIds());
        ring = new BlockRing(ringCapacity, 1);
    }

    public MemoryJournal journal() {
        return journal;
    }

    public BlockRing ring() {
        return ring;
    }

    /** Time of the newest event, or of the start. */
    public long timeUs() {
        return timeUs;
    }

    public void advanceTime(final long us) {
        timeUs += us;
    }

    public long head() {
        return journal.appendedSequence();
    }

    /** Appends the events as one block and returns the sequence of the last one. */
    public long publish(final String... events) {
        return publish(List.of(events));
    }

    public long publish(final List<String> events) {
        final List<byte[]> records = prepare(events);
        final int offset = ring.claim(lengthBound(records));
        final long first = journal.nextSequence();
        final int length = encode(ring.buffer(), offset, records, first);
        journal.append(ring.buffer(), offset, length);
        ring.commit(length, first, first + records.size() - 1);
        return head();
    }

    /** One block by itself, that is in no ring. */
    public BlockFlyweight block(final long firstSequence, final List<String> events) {
        final List<byte[]> records = prepare(events);
        final UnsafeBuffer memory = new UnsafeBuffer(new byte[lengthBound(records)]);
        final int length = encode(memory, 0, records, firstSequence);
        return new BlockFlyweight().wrap(memory, 0, length);
    }

    private int encode(
            final MutableDirectBuffer target,
            final int offset,
            final List<byte[]> records,
            final long first) {
        timeUs++;
        encoder.begin(target, offset, records.size(), first, timeUs);
        for (final byte[] record : records) {
            encoder.append(new UnsafeBuffer(record), 0, record.length);
        }
        timeUs += records.size();
        return encoder.end();
    }

    private static int lengthBound(final List<byte[]> records) {
        return BlockEncoder.lengthBound(
                records.size(), records.stream().mapToInt(record -> record.length).sum());
    }

    private List<byte[]> prepare(final List<String> events) {
        final List<byte[]> records = new ArrayList<>();
        for (final String event : events) {
            final byte[] text = event.getBytes(UTF_8);
            final byte[] padded = java.util.Arrays.copyOf(text, text.length + EventParser.PADDING);
            final byte[] target = new byte[EventParser.recordLengthMax(text.length)];
            parser.wrap(padded, text.length);
            final int end = parser.parseOnly(0, target, 0);
            if (end == EventParser.FAILED) {
                throw new AssertionError(parser.error() + ": " + event);
            }
            records.add(java.util.Arrays.copyOf(target, end));
        }
        return records;
    }
}

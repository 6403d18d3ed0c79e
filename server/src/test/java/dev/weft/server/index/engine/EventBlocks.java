package dev.weft.server.index.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.protocol.frame.BlockEncoder;
import dev.weft.server.journal.Journal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Appends events to a journal as if they had come over HTTP; each call makes one block. */
public final class EventBlocks {
    public static final long START_US = 1_795_168_800_000_000L;
    private static final int CAPACITY = 4 << 20;
    private static final int TRIES_MAX = 1_000;

    private final EventParser parser =
            new EventParser(EventRules.forCallers(List.of(), List.of()), new EventIds());
    private final BlockEncoder encoder = new BlockEncoder();
    private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
    private final Journal journal;
    public long timeUs;

    public EventBlocks(final Journal journal) {
        this.journal = journal;
        timeUs = Math.max(START_US, journal.lastTimestamp() + 1);
    }

    /** Appends the events as one block. */
    public void append(final List<String> events) {
        appendPrepared(events.stream().map(this::prepare).toList());
    }

    /** The same with records that were prepared before. */
    public void appendPrepared(final List<byte[]> records) {
        encoder.begin(memory, 0, records.size(), journal.nextSequence(), timeUs);
        for (final byte[] record : records) {
            encoder.append(new UnsafeBuffer(record), 0, record.length);
        }
        final int length = encoder.end();
        for (int i = 0; i < TRIES_MAX; i++) {
            final int outcome = journal.append(memory, 0, length);
            if (outcome == Journal.APPENDED) {
                timeUs += records.size();
                return;
            }
            if (outcome != Journal.BACK_PRESSURED) {
                throw new AssertionError("refused: " + outcome);
            }
            journal.doHousekeeping();
        }
        throw new AssertionError("no room");
    }

    public byte[] prepare(final String event) {
        final byte[] text = event.getBytes(UTF_8);
        final byte[] padded = Arrays.copyOf(text, text.length + EventParser.PADDING);
        final byte[] target = new byte[EventParser.recordLengthMax(text.length)];
        parser.wrap(padded, text.length);
        final int end = parser.parseOnly(0, target, 0);
        if (end == EventParser.FAILED) {
            throw new AssertionError(parser.error() + ": " + event);
        }
        return Arrays.copyOf(target, end);
    }

    /** So many events of one subject, in blocks of at most so many. */
    public void appendMany(final int count, final int blockCount, final String event) {
        final byte[] record = prepare(event);
        for (int left = count; left > 0; left -= blockCount) {
            final List<byte[]> records = new ArrayList<>();
            for (int i = Math.min(left, blockCount); i > 0; i--) {
                records.add(record);
            }
            appendPrepared(records);
        }
    }
}

package dev.weft.server.journal.append;

import dev.weft.server.journal.AppendProbe;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCycleNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes records with Chronicle Queue and holds it to its word: each record must lie exactly where
 * a walk over the records before it arrives, which is checked before the record is committed. One
 * thread at a time; {@link #handOver} lets the next one in.
 */
public final class ChronicleAppender implements AutoCloseable {
    private static final byte[] OPENED = "weft journal opened".getBytes(StandardCharsets.US_ASCII);
    private static final long TIMEOUT_MS = 1_000;
    private static final int NO_CYCLE = -1;

    private final Path directory;
    private final RollClock clock;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private final AppendProbe probe;
    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private final ByteBuffer word =
            ByteBuffer.allocate(RecordHeader.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    private int cycle = NO_CYCLE;
    private long endPosition;

    private ChronicleAppender(
            final Path directory,
            final RollClock clock,
            final SingleChronicleQueue queue,
            final ExcerptAppender appender,
            final AppendProbe probe) {
        this.directory = directory;
        this.clock = clock;
        this.queue = queue;
        this.appender = appender;
        this.probe = probe;
    }

    /**
     * Opens Chronicle on a directory whose roll files are known to be sound, and proves that it can
     * write by appending a metadata record.
     *
     * @param cycle to begin in: that of the last roll file, or a later one.
     * @param endPosition where the first record has to go; 0 if the cycle's file is to be made.
     * @throws JournalException FATAL if the queue is not writable.
     * @throws IOException as Chronicle throws it without saying so, for a file whose header is no
     *     header.
     */
    public static ChronicleAppender open(
            final Path directory,
            final long blockSize,
            final int cycle,
            final long endPosition,
            final AppendProbe probe)
            throws IOException {
        final RollClock clock = new RollClock();
        clock.cycle(cycle);
        final SingleChronicleQueue queue =
                SingleChronicleQueueBuilder.binary(directory)
                        .rollCycle(RollCycles.FAST_HOURLY)
                        .blockSize(blockSize)
                        .timeProvider(clock)
                        .timeoutMS(TIMEOUT_MS)
                        .forceDirectoryListingRefreshIntervalMs(Long.MAX_VALUE)
                        .checkInterrupts(false)
                        .syncMode(SyncMode.NONE) // forcing is the journal's, not the mapping's
                        .build();
        boolean isOpen = false;
        try {
            // Older files are finished, and maybe damaged: Chronicle has no business with them.
            queue.tableStorePut("listing.lowestCycle", cycle);
            queue.tableStorePut("normalisedEOFsTo", cycle);
            final ExcerptAppender appender = queue.createAppender();
            final ChronicleAppender opened =
                    new ChronicleAppender(directory, clock, queue, appender, probe);
            opened.endPosition = endPosition;
            opened.cycle = endPosition == 0 ? NO_CYCLE : cycle;
            opened.appendOpened(cycle);
            isOpen = true;
            return opened;
        } finally {
            if (!isOpen) {
                queue.close();
            }
        }
    }

    public int cycle() {
        return cycle;
    }

    /** Where the next record's header goes, metadata records that come between not counted. */
    public long endPosition() {
        return endPosition;
    }

    /**
     * Appends a block. Nothing is committed unless it lies where a reader will look for it.
     *
     * @param blockCycle cycle to write into, at least {@link #cycle()}.
     * @return position of the block's header word.
     * @throws JournalException FATAL if it does not lie there.
     */
    public long append(
            final DirectBuffer block, final int offset, final int length, final int blockCycle) {
        clock.cycle(blockCycle);
        final DocumentContext context = appender.writingDocument();
        boolean complete = false;
        try {
            final Bytes<?> bytes = openedBytes(context);
            final long position = bytes.writePosition();
            check(position - RecordHeader.LENGTH, blockCycle);
            probe.at(AppendProbe.Step.BEFORE_COPY);
            target.wrap(bytes.addressForWrite(position), length);
            target.putBytes(0, block, offset, length);
            bytes.writeSkip(length);
            probe.at(AppendProbe.Step.AFTER_COPY);
            complete = true;
            context.close();
            probe.at(AppendProbe.Step.AFTER_COMMIT);
            cycle = blockCycle;
            endPosition = RecordHeader.align(position + length);
            return position - RecordHeader.LENGTH;
        } finally {
            if (!complete) {
                context.rollbackOnClose();
                context.close();
            }
        }
    }

    /** Lets another thread be the appender's from its next use on. */
    public void handOver() {
        appender.singleThreadedCheckReset();
    }

    /** Any thread, once the appender's thread has ended. */
    @Override
    public void close() {
        appender.singleThreadedCheckDisabled(true);
        appender.close();
        queue.close();
    }

    private void appendOpened(final int atCycle) {
        final DocumentContext context = appender.writingDocument(true);
        boolean complete = false;
        try {
            final Bytes<?> bytes = openedBytes(context);
            final long position = bytes.writePosition();
            check(position - RecordHeader.LENGTH, atCycle);
            bytes.write(OPENED);
            complete = true;
            context.close();
            cycle = atCycle;
            endPosition = RecordHeader.align(position + OPENED.length);
            if (readWord(position - RecordHeader.LENGTH, atCycle)
                    != (OPENED.length | RecordHeader.METADATA)) {
                throw new JournalException(
                        true, "journal does not keep what is written: directory=" + directory);
            }
        } finally {
            if (!complete) {
                context.rollbackOnClose();
                context.close();
            }
        }
    }

    private static Bytes<?> openedBytes(final DocumentContext context) {
        final var wire = context.wire();
        if (wire == null) {
            throw new JournalException(true, "Chronicle opened no record");
        }
        return wire.bytes();
    }

    /**
     * The usual case is one comparison; after a roll or an index page it walks what lies between.
     */
    private void check(final long headerPosition, final int atCycle) {
        final long expected = atCycle == cycle ? endPosition : 0;
        if (headerPosition != expected && !isReachable(expected, headerPosition, atCycle)) {
            throw new JournalException(
                    true,
                    "append would be invisible: cycle="
                            + atCycle
                            + " position="
                            + headerPosition
                            + " expected="
                            + expected);
        }
    }

    private boolean isReachable(final long from, final long headerPosition, final int atCycle) {
        long position = from;
        while (position < headerPosition) {
            final int header = readWord(position, atCycle);
            if (!RecordHeader.isReadyMetadata(header)) {
                return false;
            }
            position = RecordHeader.next(position, RecordHeader.length(header));
        }
        return position == headerPosition;
    }

    private int readWord(final long position, final int atCycle) {
        final Path file = directory.resolve(RollCycleNames.fileName(atCycle));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            word.clear();
            return channel.read(word, position) == RecordHeader.LENGTH ? word.getInt(0) : 0;
        } catch (final IOException ex) {
            throw new JournalException(true, "cannot read back: file=" + file, ex);
        }
    }
}

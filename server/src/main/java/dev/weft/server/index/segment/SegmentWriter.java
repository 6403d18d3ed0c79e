package dev.weft.server.index.segment;

import static dev.weft.server.index.segment.SegmentDescriptor.BITMAP_COUNT;
import static dev.weft.server.index.segment.SegmentDescriptor.BLOCK_TERMS;

import dev.weft.server.index.IndexField;
import dev.weft.server.index.segment.SegmentDescriptor.Section;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.roaringbitmap.buffer.BufferBitSetUtil;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * Writes segments that no longer grow to files, see {@link SegmentDescriptor}. Keeps its buffers
 * from one to the next. Thread: {@code weft-index}.
 */
public final class SegmentWriter {
    private static final int BUFFER_LENGTH = 1 << 20;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
    private final TermOrder order = new TermOrder();
    private int[] lists = {}; // for each text in order: bytes of its list, times two plus kind
    private byte[] list = new byte[1 << 16];
    private byte[] text = new byte[1 << 16];
    private byte[] textBefore = new byte[1 << 16];
    private int textLengthBefore;
    private long[] words = {};

    /** Writes and forces a file; an existing one is overwritten. */
    public void write(final GrowingSegment segment, final Path path) throws IOException {
        final FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        final ByteBuffer header =
                ByteBuffer.allocate(SegmentDescriptor.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        try (SectionOutput output =
                new SectionOutput(channel, buffer, SegmentDescriptor.HEADER_LENGTH)) {
            times(segment, output, header);
            runs(segment, output, header);
            blocks(segment, output, header);
            final int[] sorted = order.of(segment.terms());
            postings(segment, sorted, output, header);
            terms(segment, sorted, output, header);
            header(segment, header, output.position());
            output.header(header);
            channel.force(true);
        }
    }

    private static void times(
            final GrowingSegment segment, final SectionOutput output, final ByteBuffer header)
            throws IOException {
        final long base = segment.timestamp(0);
        for (int i = 0; i < segment.count(); i++) {
            final long time = segment.timestamp(i) - base;
            output.room(SegmentDescriptor.TIME_LENGTH)
                    .putInt((int) time)
                    .putShort((short) (time >>> Integer.SIZE));
        }
        output.end(Section.TIMES, header);
    }

    private static void runs(
            final GrowingSegment segment, final SectionOutput output, final ByteBuffer header)
            throws IOException {
        for (int i = 0; i < segment.runCount(); i++) {
            output.room(SegmentDescriptor.RUN_LENGTH)
                    .putInt(segment.runOrdinal(i))
                    .putLong(segment.runSequence(i));
        }
        output.end(Section.RUNS, header);
    }

    private static void blocks(
            final GrowingSegment segment, final SectionOutput output, final ByteBuffer header)
            throws IOException {
        for (int i = 0; i < segment.blockCount(); i++) {
            output.room(SegmentDescriptor.BLOCK_LENGTH)
                    .putInt(segment.blockOrdinal(i))
                    .putLong(segment.blockPlace(i));
        }
        output.end(Section.BLOCKS, header);
    }

    private void postings(
            final GrowingSegment segment,
            final int[] sorted,
            final SectionOutput output,
            final ByteBuffer header)
            throws IOException {
        final TermTable terms = segment.terms();
        if (lists.length < terms.count()) {
            lists = new int[terms.count()];
        }
        for (int i = 0; i < terms.count(); i++) {
            final int term = sorted[i];
            final long before = output.sectionLength();
            final boolean isBitmap =
                    segment.lists().isBitmap(term)
                            || terms.get(term, TermTable.COUNT) > BITMAP_COUNT;
            if (isBitmap) {
                output.bytes(bitmap(segment, term));
            } else {
                final int length = segment.lists().distances(term, list);
                output.bytes(list, 0, length);
            }
            lists[i] = Math.toIntExact(output.sectionLength() - before) << 1 | (isBitmap ? 1 : 0);
        }
        output.end(Section.POSTINGS, header);
    }

    private ByteBuffer bitmap(final GrowingSegment segment, final int term) {
        final int length = (segment.count() + Long.SIZE - 1) / Long.SIZE;
        if (words.length != length) {
            words = new long[length];
        }
        Arrays.fill(words, 0);
        segment.lists().setBits(term, words);
        final MutableRoaringBitmap bitmap = BufferBitSetUtil.bitmapOf(words);
        bitmap.runOptimize();
        final ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
        bitmap.serialize(bytes);
        return bytes.flip();
    }

    private void terms(
            final GrowingSegment segment,
            final int[] sorted,
            final SectionOutput output,
            final ByteBuffer header)
            throws IOException {
        final TermTable terms = segment.terms();
        final int[] blockOffsets =
                new int[terms.count() / BLOCK_TERMS + IndexField.values().length];
        int blockCount = 0;
        int next = 0;
        int listOffset = 0;
        for (final IndexField field : IndexField.values()) {
            final int firstBlock = blockCount;
            final int firstTerm = next;
            for (; next < terms.count() && terms.field(sorted[next]) == field.number(); next++) {
                final boolean isFirst = (next - firstTerm) % BLOCK_TERMS == 0;
                if (isFirst) {
                    blockOffsets[blockCount++] = Math.toIntExact(output.sectionLength());
                    output.number(listOffset);
                }
                term(terms, sorted[next], lists[next], isFirst, output);
                listOffset += lists[next] >>> 1;
            }
            final int at =
                    SegmentDescriptor.FIELDS_OFFSET
                            + field.number() * SegmentDescriptor.FIELD_LENGTH;
            header.putInt(at, firstBlock).putInt(at + Integer.BYTES, next - firstTerm);
        }
        output.end(Section.TERMS, header);
        for (int i = 0; i < blockCount; i++) {
            output.room(Integer.BYTES).putInt(blockOffsets[i]);
        }
        output.end(Section.TERM_BLOCKS, header);
    }

    private void term(
            final TermTable terms,
            final int term,
            final int listAndKind,
            final boolean isFirst,
            final SectionOutput output)
            throws IOException {
        final int lengthBefore = isFirst ? 0 : textLengthBefore;
        final int length = terms.text(term, text);
        int shared = 0;
        while (shared < length && shared < lengthBefore && text[shared] == textBefore[shared]) {
            shared++;
        }
        output.number(shared);
        output.number(length - shared);
        output.bytes(text, shared, length - shared);
        final int count = terms.get(term, TermTable.COUNT);
        final int first = terms.get(term, TermTable.FIRST);
        output.number(count);
        output.number(first);
        if (count > 1) {
            output.number(terms.get(term, TermTable.LAST) - first);
            output.number(listAndKind);
        }
        final byte[] swapped = textBefore;
        textBefore = text;
        text = swapped;
        textLengthBefore = length;
    }

    private static void header(
            final GrowingSegment segment, final ByteBuffer header, final long length) {
        header.putLong(SegmentDescriptor.MAGIC_OFFSET, SegmentDescriptor.MAGIC);
        header.putInt(SegmentDescriptor.VERSION_OFFSET, SegmentDescriptor.VERSION);
        header.putInt(SegmentDescriptor.COUNT_OFFSET, segment.count());
        header.putLong(SegmentDescriptor.FIRST_SEQUENCE_OFFSET, segment.firstSequence());
        header.putLong(SegmentDescriptor.LAST_SEQUENCE_OFFSET, segment.lastSequence());
        header.putInt(SegmentDescriptor.FIRST_CHECKSUM_OFFSET, segment.firstChecksum());
        header.putInt(SegmentDescriptor.LAST_CHECKSUM_OFFSET, segment.lastChecksum());
        header.putLong(SegmentDescriptor.BASE_OFFSET, segment.timestamp(0));
        header.putLong(SegmentDescriptor.LENGTH_OFFSET, length);
        header.putInt(SegmentDescriptor.RUN_COUNT_OFFSET, segment.runCount());
        header.putInt(SegmentDescriptor.BLOCK_COUNT_OFFSET, segment.blockCount());
        final CRC32C crc = new CRC32C();
        crc.update(header.slice(0, SegmentDescriptor.CRC_OFFSET));
        header.putInt(SegmentDescriptor.CRC_OFFSET, (int) crc.getValue());
        header.rewind();
    }
}

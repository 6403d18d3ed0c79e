package dev.weft.server.index.segment;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.server.index.IndexField;
import dev.weft.server.index.segment.SegmentDescriptor.Section;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.buffer.BufferBitSetUtil;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/**
 * A segment in a mapped file. Opened and checked by {@code weft-index}, then used by one thread.
 */
public final class FileSegment extends SearchedSegment implements AutoCloseable {
    private static final byte[] NO_TEXT = {};
    private static final int BATCH = 1_024;
    private static final int LISTS_MAX = 64; // of one clause that are joined as they are

    private final Path path;
    private final MappedByteBuffer bytes;
    private final UnsafeBuffer memory;
    private final int count;
    private final long firstSequence;
    private final long lastSequence;
    private final long baseUs;
    private final int runCount;
    private final int blockCount;
    private final int times;
    private final int runs;
    private final int blocks;
    private final int postings;
    private final TermCursor terms;

    private FileSegment(final Path path, final MappedByteBuffer bytes) {
        this.path = path;
        this.bytes = bytes;
        memory = new UnsafeBuffer(bytes);
        count = memory.getInt(SegmentDescriptor.COUNT_OFFSET, LITTLE_ENDIAN);
        firstSequence = memory.getLong(SegmentDescriptor.FIRST_SEQUENCE_OFFSET, LITTLE_ENDIAN);
        lastSequence = memory.getLong(SegmentDescriptor.LAST_SEQUENCE_OFFSET, LITTLE_ENDIAN);
        baseUs = memory.getLong(SegmentDescriptor.BASE_OFFSET, LITTLE_ENDIAN);
        runCount = memory.getInt(SegmentDescriptor.RUN_COUNT_OFFSET, LITTLE_ENDIAN);
        blockCount = memory.getInt(SegmentDescriptor.BLOCK_COUNT_OFFSET, LITTLE_ENDIAN);
        times = offset(Section.TIMES);
        runs = offset(Section.RUNS);
        blocks = offset(Section.BLOCKS);
        postings = offset(Section.POSTINGS);
        final int fields = IndexField.values().length;
        final int[] firstBlocks = new int[fields];
        final int[] termCounts = new int[fields];
        for (int i = 0; i < fields; i++) {
            final int at = SegmentDescriptor.FIELDS_OFFSET + i * SegmentDescriptor.FIELD_LENGTH;
            firstBlocks[i] = memory.getInt(at, LITTLE_ENDIAN);
            termCounts[i] = memory.getInt(at + Integer.BYTES, LITTLE_ENDIAN);
        }
        terms =
                new TermCursor(
                        section(Section.TERMS),
                        section(Section.TERM_BLOCKS),
                        firstBlocks,
                        termCounts);
    }

    private int offset(final Section section) {
        return (int) memory.getLong(section.headerOffset(), LITTLE_ENDIAN);
    }

    private UnsafeBuffer section(final Section section) {
        return new UnsafeBuffer(
                memory,
                offset(section),
                (int) memory.getLong(section.headerOffset() + Long.BYTES, LITTLE_ENDIAN));
    }

    /**
     * Maps a file and checks every byte of it.
     *
     * @throws DamagedSegmentException if it is not one that was written to its end, unchanged.
     */
    public static FileSegment open(final Path path) throws IOException {
        final MappedByteBuffer bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            final long length = channel.size();
            if (length < SegmentDescriptor.HEADER_LENGTH || length > Integer.MAX_VALUE) {
                throw new DamagedSegmentException("length=" + length);
            }
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, length);
        }
        try {
            bytes.order(ByteOrder.LITTLE_ENDIAN);
            check(bytes);
            return new FileSegment(path, bytes);
        } catch (final DamagedSegmentException ex) {
            IoUtil.unmap(bytes);
            throw ex;
        } catch (final RuntimeException | InternalError ex) {
            IoUtil.unmap(bytes);
            throw new DamagedSegmentException("cannot be read: " + ex);
        }
    }

    private static void check(final ByteBuffer bytes) throws DamagedSegmentException {
        require(
                bytes.getLong(SegmentDescriptor.MAGIC_OFFSET) == SegmentDescriptor.MAGIC
                        && bytes.getInt(SegmentDescriptor.VERSION_OFFSET)
                                == SegmentDescriptor.VERSION,
                "magic or version");
        require(
                crc(bytes, 0, SegmentDescriptor.CRC_OFFSET)
                        == bytes.getInt(SegmentDescriptor.CRC_OFFSET),
                "checksum of the header");
        require(bytes.getLong(SegmentDescriptor.LENGTH_OFFSET) == bytes.capacity(), "length");
        require(bytes.getInt(SegmentDescriptor.COUNT_OFFSET) > 0, "count");
        for (final Section section : Section.values()) {
            final int at = section.headerOffset();
            final long from = bytes.getLong(at);
            final long length = bytes.getLong(at + Long.BYTES);
            require(
                    from >= 0 && length >= 0 && from + length <= bytes.capacity(),
                    "bounds of " + section);
            require(
                    crc(bytes, (int) from, (int) length) == bytes.getInt(at + 2 * Long.BYTES),
                    "checksum of " + section);
        }
    }

    private static void require(final boolean isSo, final String what)
            throws DamagedSegmentException {
        if (!isSo) {
            throw new DamagedSegmentException(what + " is wrong");
        }
    }

    private static int crc(final ByteBuffer bytes, final int from, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, length));
        return (int) crc.getValue();
    }

    public Path path() {
        return path;
    }

    /** On disk. */
    public long length() {
        return bytes.capacity();
    }

    /** Checksum of the block that holds the first event. */
    public int firstChecksum() {
        return memory.getInt(SegmentDescriptor.FIRST_CHECKSUM_OFFSET, LITTLE_ENDIAN);
    }

    /** Checksum of the block that holds the last event. */
    public int lastChecksum() {
        return memory.getInt(SegmentDescriptor.LAST_CHECKSUM_OFFSET, LITTLE_ENDIAN);
    }

    /** Unmaps it. Nothing of it may be used any more, no set of ordinals either. */
    @Override
    public void close() {
        memory.wrap(0, 0);
        IoUtil.unmap(bytes);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long firstSequence() {
        return firstSequence;
    }

    @Override
    public long lastSequence() {
        return lastSequence;
    }

    @Override
    int runCount() {
        return runCount;
    }

    @Override
    int runOrdinal(final int run) {
        return memory.getInt(runs + run * SegmentDescriptor.RUN_LENGTH, LITTLE_ENDIAN);
    }

    @Override
    long runSequence(final int run) {
        return memory.getLong(
                runs + run * SegmentDescriptor.RUN_LENGTH + Integer.BYTES, LITTLE_ENDIAN);
    }

    @Override
    public long timestamp(final int ordinal) {
        final int at = times + ordinal * SegmentDescriptor.TIME_LENGTH;
        return baseUs
                + Integer.toUnsignedLong(memory.getInt(at, LITTLE_ENDIAN))
                + ((long) Short.toUnsignedInt(memory.getShort(at + Integer.BYTES, LITTLE_ENDIAN))
                        << Integer.SIZE);
    }

    @Override
    int blockCount() {
        return blockCount;
    }

    @Override
    int blockOrdinal(final int block) {
        return memory.getInt(blocks + block * SegmentDescriptor.BLOCK_LENGTH, LITTLE_ENDIAN);
    }

    @Override
    long blockPlace(final int block) {
        return memory.getLong(
                blocks + block * SegmentDescriptor.BLOCK_LENGTH + Integer.BYTES, LITTLE_ENDIAN);
    }

    @Override
    public OrdinalSet matches(final Wanted wanted) {
        if (wanted.isAll()) {
            return new OrdinalRange(count);
        }
        final List<ImmutableRoaringBitmap> all = new ArrayList<>();
        for (final List<Wanted.Text> clause : wanted.clauses()) {
            final ImmutableRoaringBitmap found = matches(clause);
            if (found.isEmpty()) {
                return new CompressedSet(found);
            }
            all.add(found);
        }
        all.sort((one, other) -> Integer.compare(one.getCardinality(), other.getCardinality()));
        ImmutableRoaringBitmap both = all.get(0);
        for (int i = 1; i < all.size(); i++) {
            both = ImmutableRoaringBitmap.and(both, all.get(i));
        }
        return new CompressedSet(both);
    }

    private ImmutableRoaringBitmap matches(final List<Wanted.Text> clause) {
        final List<ImmutableRoaringBitmap> any = new ArrayList<>();
        long[] others = null; // bits of what the list has no room for
        for (final Wanted.Text text : clause) {
            boolean isThere = terms.seek(text.field(), text.bytes());
            while (isThere
                    && (text.isPrefix()
                            ? terms.startsWith(text.bytes())
                            : terms.is(text.bytes()))) {
                if (any.size() < LISTS_MAX) {
                    any.add(list());
                } else {
                    others = others == null ? new long[words(count)] : others;
                    setBits(others);
                }
                isThere = text.isPrefix() && terms.next();
            }
        }
        if (others != null) {
            any.add(BufferBitSetUtil.bitmapOf(others));
        }
        if (any.size() == 1) {
            return any.get(0);
        }
        final Iterator<ImmutableRoaringBitmap> each = any.iterator();
        return ImmutableRoaringBitmap.or(each);
    }

    private static int words(final int bits) {
        return (bits + Long.SIZE - 1) / Long.SIZE;
    }

    /** Sets a bit for each event that has the text where the cursor stands. */
    private void setBits(final long[] words) {
        if (!terms.isBitmap()) {
            for (final int ordinal : listed()) {
                words[ordinal >>> 6] |= 1L << ordinal;
            }
            return;
        }
        final BatchIterator ordinals = list().getBatchIterator();
        final int[] batch = new int[BATCH];
        while (ordinals.hasNext()) {
            final int length = ordinals.nextBatch(batch);
            for (int i = 0; i < length; i++) {
                words[batch[i] >>> 6] |= 1L << batch[i];
            }
        }
    }

    /** The ordinals of the text where the cursor stands. */
    private ImmutableRoaringBitmap list() {
        final int from = postings + terms.listOffset();
        return terms.isBitmap()
                ? new ImmutableRoaringBitmap(bytes.slice(from, terms.listLength()))
                : MutableRoaringBitmap.bitmapOf(listed());
    }

    /** The same, if they are not in a bitmap. */
    private int[] listed() {
        final int[] ordinals = new int[terms.count()];
        int ordinal = terms.first();
        ordinals[0] = ordinal;
        int at = postings + terms.listOffset();
        for (int i = 1; i < ordinals.length; i++) {
            int distance = 0;
            int shift = 0;
            byte part;
            do {
                part = memory.getByte(at++);
                distance |= (part & 0x7F) << shift;
                shift += 7;
            } while (part < 0);
            ordinal += distance;
            ordinals[i] = ordinal;
        }
        return ordinals;
    }

    @Override
    public void count(final IndexField field, final long @Nullable [] within, final TermSink sink) {
        for (boolean isThere = terms.seek(field, NO_TEXT); isThere; isThere = terms.next()) {
            final int count = within == null ? terms.count() : countIn(within);
            if (count > 0) {
                sink.add(terms.text(), count);
            }
        }
    }

    /** How many events have the text where the cursor stands, and a bit there. */
    private int countIn(final long[] within) {
        int count = 0;
        if (!terms.isBitmap()) {
            for (final int ordinal : listed()) {
                count += bit(within, ordinal);
            }
            return count;
        }
        final BatchIterator ordinals = list().getBatchIterator();
        final int[] batch = new int[BATCH];
        while (ordinals.hasNext()) {
            final int length = ordinals.nextBatch(batch);
            for (int i = 0; i < length; i++) {
                count += bit(within, batch[i]);
            }
        }
        return count;
    }

    private static int bit(final long[] words, final int ordinal) {
        return (int) (words[ordinal >>> 6] >>> ordinal & 1);
    }

    @Override
    public List<TermCount> terms(
            final IndexField field,
            final byte[] prefix,
            final byte[] after,
            final int limit,
            final int fromOrdinal) {
        final List<TermCount> found = new ArrayList<>();
        final boolean isBehind = Arrays.compareUnsigned(after, prefix) >= 0;
        boolean isThere = terms.seek(field, isBehind ? after : prefix);
        if (isThere && after.length > 0 && terms.is(after)) {
            isThere = terms.next();
        }
        for (;
                isThere && found.size() < limit && terms.startsWith(prefix);
                isThere = terms.next()) {
            if (terms.first() >= fromOrdinal) {
                found.add(new TermCount(terms.text(), terms.count(), terms.first(), terms.last()));
            } else if (terms.last() >= fromOrdinal) {
                found.add(TermCounts.cut(terms.text(), new CompressedSet(list()), fromOrdinal));
            }
        }
        return found;
    }
}

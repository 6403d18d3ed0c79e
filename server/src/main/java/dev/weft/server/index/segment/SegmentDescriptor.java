package dev.weft.server.index.segment;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import dev.weft.server.index.IndexField;

/**
 * Layout of a segment's file. Offsets in bytes, integers little-endian.
 *
 * <pre>
 *  0       8         12      16              24             32              36             40       48
 *  | magic | version | count | firstSequence | lastSequence | firstChecksum | lastChecksum | baseUs | length |
 *  56         60           64                208                272
 *  | runCount | blockCount | 6 x section     | 8 x field        | crc32c | zeros to 512
 * </pre>
 *
 * The checksums of the first and of the last event's block tell whether the journal is the one that
 * this segment was made of. A section: offset, length (8 bytes each), crc32c, reserved (4 bytes
 * each); it begins at a multiple of eight. A field: first block of its texts, number of its texts.
 *
 * <ul>
 *   <li>TIMES: 6 bytes for each event, microseconds since {@code baseUs}
 *   <li>RUNS: 12 bytes for each run of dense sequences: first ordinal, first sequence
 *   <li>BLOCKS: 12 bytes for each block of the journal: first ordinal, place
 *   <li>TERMS: texts by field and bytes, in blocks of {@link #BLOCK_TERMS}. A block: offset of its
 *       first list in POSTINGS, then the texts. A text: length that it shares with the one before,
 *       length of the rest, the rest, count of events, first ordinal; and for more than one event:
 *       last ordinal less first, length of its list times two plus one if it is a bitmap. Numbers
 *       are seven bits a byte, lowest first
 *   <li>TERM_BLOCKS: 4 bytes for each block of TERMS: its offset there
 *   <li>POSTINGS: lists back to back. Either the distances from ordinal to ordinal behind the
 *       first, or a serialized RoaringBitmap of all
 * </ul>
 */
final class SegmentDescriptor {
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + SIZE_OF_LONG;
    static final int COUNT_OFFSET = VERSION_OFFSET + SIZE_OF_INT;
    static final int FIRST_SEQUENCE_OFFSET = COUNT_OFFSET + SIZE_OF_INT;
    static final int LAST_SEQUENCE_OFFSET = FIRST_SEQUENCE_OFFSET + SIZE_OF_LONG;
    static final int FIRST_CHECKSUM_OFFSET = LAST_SEQUENCE_OFFSET + SIZE_OF_LONG;
    static final int LAST_CHECKSUM_OFFSET = FIRST_CHECKSUM_OFFSET + SIZE_OF_INT;
    static final int BASE_OFFSET = LAST_CHECKSUM_OFFSET + SIZE_OF_INT;
    static final int LENGTH_OFFSET = BASE_OFFSET + SIZE_OF_LONG;
    static final int RUN_COUNT_OFFSET = LENGTH_OFFSET + SIZE_OF_LONG;
    static final int BLOCK_COUNT_OFFSET = RUN_COUNT_OFFSET + SIZE_OF_INT;
    static final int SECTIONS_OFFSET = BLOCK_COUNT_OFFSET + SIZE_OF_INT;
    static final int SECTION_LENGTH = 2 * SIZE_OF_LONG + 2 * SIZE_OF_INT;
    static final int FIELDS_OFFSET = SECTIONS_OFFSET + Section.values().length * SECTION_LENGTH;
    static final int FIELD_LENGTH = 2 * SIZE_OF_INT;
    static final int CRC_OFFSET = FIELDS_OFFSET + IndexField.values().length * FIELD_LENGTH;
    static final int HEADER_LENGTH = 512;

    /** The bytes "WEFTIDX" and a zero in file order. */
    static final long MAGIC = 0x0058444954464557L;

    static final int VERSION = 1;

    static final int TIME_LENGTH = 6;
    static final int TIME_BITS = 48;
    static final int RUN_LENGTH = SIZE_OF_INT + SIZE_OF_LONG;
    static final int BLOCK_LENGTH = SIZE_OF_INT + SIZE_OF_LONG;

    /** Texts that are found together. */
    static final int BLOCK_TERMS = 16;

    /** Events from which on a list is a bitmap. */
    static final int BITMAP_COUNT = 1_024;

    /** Longest number in TERMS. */
    static final int NUMBER_LENGTH_MAX = 5;

    /** The sections, in the order of the file. */
    enum Section {
        TIMES(0),
        RUNS(1),
        BLOCKS(2),
        POSTINGS(3),
        TERMS(4),
        TERM_BLOCKS(5);

        private final int number;

        Section(final int number) {
            this.number = number;
        }

        int headerOffset() {
            return SECTIONS_OFFSET + number * SECTION_LENGTH;
        }
    }

    private SegmentDescriptor() {}
}

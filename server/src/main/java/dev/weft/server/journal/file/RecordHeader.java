package dev.weft.server.journal.file;

/**
 * The four-byte header word that Chronicle puts before each record of a roll file. Little-endian:
 * length in the low 30 bits, then the metadata bit, then the not-complete bit. A record's header
 * lies on a multiple of four. Source: Chronicle Wire, {@code Wires}; docs/PROTOCOL.md, "Roll file".
 */
public final class RecordHeader {
    public static final int LENGTH = 4;
    public static final int NOT_COMPLETE = 0x8000_0000;
    public static final int METADATA = 0x4000_0000;
    static final int LENGTH_MASK = 0x3FFF_FFFF;

    /** Nothing is written here yet. */
    public static final int NONE = 0;

    /** The file is closed; the next cycle's file goes on. */
    public static final int END_OF_FILE = NOT_COMPLETE | METADATA;

    private static final int ALIGNMENT_MASK = 3;

    private RecordHeader() {}

    public static boolean isReadyMetadata(final int header) {
        return (header & (NOT_COMPLETE | METADATA)) == METADATA;
    }

    public static int length(final int header) {
        return header & LENGTH_MASK;
    }

    public static long align(final long position) {
        return (position + ALIGNMENT_MASK) & ~ALIGNMENT_MASK;
    }

    /** Where the header of the next record lies. */
    public static long next(final long headerPosition, final int recordLength) {
        return align(headerPosition + LENGTH + recordLength);
    }
}

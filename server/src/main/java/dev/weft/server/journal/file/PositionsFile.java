package dev.weft.server.journal.file;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Positions} on disk: appended to, each entry with its own checksum, never forced and never
 * trusted over the journal. What is missing or damaged is found again by a scan. Used by one thread
 * at a time. Source: docs/PROTOCOL.md, "Positions file".
 *
 * <pre>
 *  0               8           16      24      28
 *  | firstSequence | timestamp | place | magic | crc32c of [0, 28) |
 * </pre>
 */
public final class PositionsFile implements AutoCloseable {
    public static final String NAME = "journal.positions";
    private static final int MAGIC = 'W' | 'P' << 8 | 'O' << 16 | '1' << 24;
    private static final int ENTRY_LENGTH = 32;
    private static final int MAGIC_OFFSET = 24;
    private static final int CRC_OFFSET = 28;
    private static final int BUFFER_ENTRIES = 256;
    private static final Logger LOG = LoggerFactory.getLogger(PositionsFile.class);

    private final FileChannel channel;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_ENTRIES * ENTRY_LENGTH).order(LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** Entries of the file that equal the first ones in memory. */
    private int written;

    /** What was flushed last; others in its place have a wider spacing. */
    private @Nullable Positions flushed;

    private long highestSequence;
    private boolean refused;

    private PositionsFile(final FileChannel channel) {
        this.channel = channel;
    }

    public static PositionsFile open(final Path directory) throws IOException {
        return new PositionsFile(
                FileChannel.open(
                        directory.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    /** Reads the entries without changing anything, for offline tools; none if there is no file. */
    public static Positions peek(
            final Path directory, final RollCatalog catalog, final long spacing)
            throws IOException {
        final Path path = directory.resolve(NAME);
        if (!Files.exists(path)) {
            return new Positions(spacing);
        }
        try (PositionsFile file =
                new PositionsFile(FileChannel.open(path, StandardOpenOption.READ))) {
            return file.load(catalog, spacing);
        }
    }

    /** Highest sequence of any entry, without changing anything; 0 if there is none. */
    public static long peekHighest(final Path directory) throws IOException {
        final Path path = directory.resolve(NAME);
        if (!Files.isRegularFile(path)) {
            return 0;
        }
        try (PositionsFile file =
                new PositionsFile(FileChannel.open(path, StandardOpenOption.READ))) {
            file.load(new RollCatalog(List.of()), Long.MAX_VALUE / 4);
            return file.highestSequence();
        }
    }

    /**
     * Reads the entries whose roll files are there. One that is damaged or goes back is left out,
     * those behind it count: so a rewriting that was cut short leaves the new entries and then the
     * old ones from there on.
     */
    public Positions load(final RollCatalog catalog, final long spacing) throws IOException {
        Positions positions = new Positions(spacing);
        final ByteBuffer large = ByteBuffer.allocate(1 << 16).order(LITTLE_ENDIAN);
        boolean sameAsFile = true;
        long lastSequence = 0;
        for (long at = 0; ; at += large.limit()) {
            FileIo.read(channel, large, at);
            large.limit(large.limit() - large.limit() % ENTRY_LENGTH);
            if (!large.hasRemaining()) {
                break;
            }
            for (int i = 0; i < large.limit(); i += ENTRY_LENGTH) {
                final long sequence = large.getLong(i);
                final long place = large.getLong(i + 2 * Long.BYTES);
                final RollFile file = catalog.get(Positions.cycleOfPlace(place));
                final boolean isSound =
                        large.getInt(i + MAGIC_OFFSET) == MAGIC
                                && large.getInt(i + CRC_OFFSET) == checksum(large, i);
                if (isSound) {
                    highestSequence = Math.max(highestSequence, sequence);
                }
                if (isSound
                        && sequence > lastSequence
                        && file != null
                        && Positions.offsetOfPlace(place) < file.dataEnd()) {
                    final Positions before = positions;
                    positions =
                            before.with(
                                    sequence,
                                    large.getLong(i + Long.BYTES),
                                    file.cycle(),
                                    Positions.offsetOfPlace(place));
                    lastSequence = sequence;
                    if (positions != before) {
                        written = 0;
                        sameAsFile = false;
                    }
                    written = sameAsFile ? positions.size() : written;
                } else {
                    sameAsFile = false;
                }
            }
        }
        return positions;
    }

    /** Highest sequence of any entry that was read, also of roll files that are gone. */
    public long highestSequence() {
        return highestSequence;
    }

    /** Tells that only the first entries in memory are still those of the file. */
    public void keep(final int entries) {
        written = Math.min(written, entries);
    }

    /**
     * Appends what is new; a full disk only means that it is tried again.
     *
     * @return whether there was anything.
     */
    public boolean flush(final Positions positions) {
        final int size = positions.size();
        final boolean isWidened = flushed != null && flushed != positions;
        if (isWidened) {
            written = 0;
        }
        flushed = positions;
        if (written == size) {
            return false;
        }
        try {
            while (written < size) {
                final int entries = Math.min(BUFFER_ENTRIES, size - written);
                buffer.clear();
                for (int i = 0; i < entries; i++) {
                    encode(positions, written + i, i * ENTRY_LENGTH);
                }
                buffer.limit(entries * ENTRY_LENGTH);
                FileIo.write(channel, buffer, (long) written * ENTRY_LENGTH);
                written += entries;
            }
            if (isWidened) {
                trim();
            }
            refused = false;
        } catch (final IOException ex) {
            if (!refused) { // once, and the message says it all: mostly the disk is full
                final String reason = ex.getMessage();
                LOG.warn("positions are not written, a restart will look for them: {}", reason);
            }
            refused = true;
        }
        return true;
    }

    /** Cuts off what lies behind the entries in memory. */
    public void trim() throws IOException {
        final long length = (long) written * ENTRY_LENGTH;
        if (channel.size() > length) {
            channel.truncate(length);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void encode(final Positions positions, final int index, final int at) {
        buffer.putLong(at, positions.firstSequence(index));
        buffer.putLong(at + Long.BYTES, positions.timestamp(index));
        buffer.putLong(at + 2 * Long.BYTES, positions.place(index));
        buffer.putInt(at + MAGIC_OFFSET, MAGIC);
        buffer.putInt(at + CRC_OFFSET, checksum(buffer, at));
    }

    /** Without a slice: house-keeping allocates nothing per entry. */
    private int checksum(final ByteBuffer entries, final int at) {
        final int limit = entries.limit();
        crc.reset();
        crc.update(entries.limit(at + CRC_OFFSET).position(at));
        entries.limit(limit).position(0);
        return (int) crc.getValue();
    }
}

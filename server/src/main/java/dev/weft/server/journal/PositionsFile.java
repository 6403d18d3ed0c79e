package dev.weft.server.journal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
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
final class PositionsFile implements AutoCloseable {
    static final String NAME = "journal.positions";
    private static final int MAGIC = 'W' | 'P' << 8 | 'O' << 16 | '1' << 24;
    private static final int ENTRY_LENGTH = 32;
    private static final int MAGIC_OFFSET = 24;
    private static final int CRC_OFFSET = 28;
    private static final int BUFFER_ENTRIES = 256;
    private static final Logger LOG = LoggerFactory.getLogger(PositionsFile.class);

    private final FileChannel channel;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_ENTRIES * ENTRY_LENGTH).order(LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** Entries of the file that equal the first ones in memory. */
    private int written;

    private long highestSequence;
    private boolean refused;

    private PositionsFile(final FileChannel channel) {
        this.channel = channel;
    }

    static PositionsFile open(final Path directory) throws IOException {
        return new PositionsFile(
                FileChannel.open(
                        directory.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    /** Reads the entries without changing anything, for offline tools; none if there is no file. */
    static Positions peek(final Path directory, final RollCatalog catalog) throws IOException {
        final Path path = directory.resolve(NAME);
        if (!Files.exists(path)) {
            return new Positions();
        }
        try (PositionsFile file =
                new PositionsFile(FileChannel.open(path, StandardOpenOption.READ))) {
            return file.load(catalog);
        }
    }

    /** Reads the entries whose roll files are there, up to the first that makes no sense. */
    Positions load(final RollCatalog catalog) throws IOException {
        final Positions positions = new Positions();
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
                    positions.add(
                            sequence,
                            large.getLong(i + Long.BYTES),
                            file.cycle(),
                            Positions.offsetOfPlace(place));
                    lastSequence = sequence;
                    written = sameAsFile ? positions.size() : written;
                } else {
                    sameAsFile = false;
                }
            }
        }
        return positions;
    }

    /** Highest sequence of any entry that was read, also of roll files that are gone. */
    long highestSequence() {
        return highestSequence;
    }

    /** Tells that only the first entries in memory are still those of the file. */
    void keep(final int entries) {
        written = Math.min(written, entries);
    }

    /**
     * Appends what is new; a full disk only means that it is tried again.
     *
     * @return whether there was anything.
     */
    boolean flush(final Positions positions) {
        final int size = positions.size();
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
            refused = false;
        } catch (final IOException ex) {
            if (!refused) {
                LOG.warn("positions are not written, a restart will look for them: {}", "" + ex);
            }
            refused = true;
        }
        return true;
    }

    /** Cuts off what lies behind the entries in memory. Thread: the opening one. */
    void trim() throws IOException {
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

    private int checksum(final ByteBuffer entries, final int at) {
        crc.reset();
        crc.update(entries.slice(at, CRC_OFFSET));
        return (int) crc.getValue();
    }
}

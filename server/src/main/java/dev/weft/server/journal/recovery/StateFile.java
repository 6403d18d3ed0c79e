package dev.weft.server.journal.recovery;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.server.journal.Forcer;
import dev.weft.server.journal.file.FileIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file that holds the {@link JournalState}: reserved sequences and the mark of a clean stop. Of
 * a fixed size, written in full when it is made, so that a full disk cannot refuse an update. Two
 * slots in different sectors are written in turn and forced, each with a generation and a checksum:
 * a torn write leaves the other one. Source: docs/PROTOCOL.md, "State file".
 *
 * <p>Used by one thread at a time: the opening one, then the house-keeping one, then the closing.
 */
public final class StateFile implements AutoCloseable {
    public static final String NAME = "journal.state";
    private static final int MAGIC = 'W' | 'F' << 8 | 'S' << 16 | 'T' << 24;
    private static final int VERSION = 1;
    private static final int SLOT_DISTANCE = 4_096;
    private static final int SLOT_LENGTH = 512;
    private static final int SLOTS = 2;
    private static final int CRC_OFFSET = SLOT_LENGTH - Integer.BYTES;
    private static final int NEXT_SEQUENCE_MIN_OFFSET = CRC_OFFSET - Long.BYTES; // later addition
    private static final int BOOT_ID_LENGTH_MAX = 64;
    private static final int FLAG_CLEAN = 1;
    private static final int FLAG_REPAIR_WANTED = 2;

    private final FileChannel channel;
    private final Forcer forcer;
    private final ByteBuffer slot = ByteBuffer.allocate(SLOT_LENGTH).order(LITTLE_ENDIAN);
    private JournalState state = JournalState.NEW;
    private boolean found;
    private String missing = NAME + " is missing";
    private long generation;

    private StateFile(final FileChannel channel, final Forcer forcer) {
        this.channel = channel;
        this.forcer = forcer;
    }

    /** Opens or makes it. Without one valid slot {@link #isFound} is false. */
    public static StateFile open(final Path directory, final Forcer forcer) throws IOException {
        final Path path = directory.resolve(NAME);
        final boolean isNew = !Files.exists(path);
        final FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        final StateFile file = new StateFile(channel, forcer);
        try {
            file.noteMissing(isNew);
            if (isNew || channel.size() < (long) SLOTS * SLOT_DISTANCE) {
                final int size = (int) channel.size();
                FileIo.write(channel, ByteBuffer.allocate(SLOTS * SLOT_DISTANCE - size), size);
            }
            for (int i = 0; i < SLOTS; i++) {
                file.read(i);
            }
            return file;
        } catch (final IOException | RuntimeException ex) {
            channel.close();
            throw ex;
        }
    }

    private void noteMissing(final boolean isNew) throws IOException {
        if (!isNew) {
            missing = NAME + (channel.size() == 0 ? " is empty" : " holds no valid state");
        }
    }

    boolean isFound() {
        return found;
    }

    /** What is wrong if it was not found. */
    String missing() {
        return missing;
    }

    public JournalState state() {
        return state;
    }

    /** Writes a new state and forces it; after that the old one cannot come back. */
    public void write(final JournalState next) throws IOException {
        generation++;
        encode(next);
        final long offset = generation % SLOTS * SLOT_DISTANCE;
        FileIo.write(channel, slot, offset);
        forcer.force(channel);
        state = next;
        found = true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void encode(final JournalState next) {
        final byte[] bootId = next.bootId().getBytes(StandardCharsets.US_ASCII);
        final int bootIdLength = Math.min(bootId.length, BOOT_ID_LENGTH_MAX);
        slot.clear();
        slot.putInt(MAGIC).putInt(VERSION).putLong(generation).putLong(next.reservedUpTo());
        slot.putInt(
                (next.clean() ? FLAG_CLEAN : 0) | (next.repairWanted() ? FLAG_REPAIR_WANTED : 0));
        slot.putLong(next.headSequence()).putLong(next.lastTimestamp());
        slot.putInt(next.cycle()).putLong(next.endPosition()).putLong(next.lastBlockPosition());
        slot.putInt(bootIdLength).put(bootId, 0, bootIdLength);
        while (slot.position() < NEXT_SEQUENCE_MIN_OFFSET) {
            slot.put((byte) 0);
        }
        slot.putLong(next.nextSequenceMin());
        slot.putInt(checksum());
        slot.flip();
    }

    private void read(final int index) throws IOException {
        FileIo.read(channel, slot, (long) index * SLOT_DISTANCE);
        if (slot.limit() < SLOT_LENGTH || slot.getInt(CRC_OFFSET) != checksum()) {
            return;
        }
        if (slot.getInt() != MAGIC || slot.getInt() != VERSION) {
            return;
        }
        final long slotGeneration = slot.getLong();
        if (!found || slotGeneration > generation) {
            generation = slotGeneration;
            state = decode();
            found = true;
        }
    }

    private JournalState decode() {
        final long reservedUpTo = slot.getLong();
        final int flags = slot.getInt();
        final long head = slot.getLong();
        final long timestamp = slot.getLong();
        final int cycle = slot.getInt();
        final long end = slot.getLong();
        final long lastBlock = slot.getLong();
        final byte[] bootId = new byte[slot.getInt()];
        slot.get(bootId);
        return new JournalState(
                reservedUpTo,
                slot.getLong(NEXT_SEQUENCE_MIN_OFFSET),
                new String(bootId, StandardCharsets.US_ASCII),
                (flags & FLAG_CLEAN) != 0,
                (flags & FLAG_REPAIR_WANTED) != 0,
                head,
                timestamp,
                cycle,
                end,
                lastBlock);
    }

    private int checksum() {
        final CRC32C crc = new CRC32C();
        crc.update(slot.array(), 0, CRC_OFFSET);
        return (int) crc.getValue();
    }

    /** Reads the state without changing anything, for offline tools; null if there is none. */
    public static @Nullable JournalState peek(final Path directory) throws IOException {
        final Path path = directory.resolve(NAME);
        if (!Files.isRegularFile(path)) {
            return null;
        }
        try (StateFile file =
                new StateFile(FileChannel.open(path, StandardOpenOption.READ), Forcer.DEVICE)) {
            for (int i = 0; i < SLOTS; i++) {
                file.read(i);
            }
            return file.found ? file.state : null;
        }
    }
}

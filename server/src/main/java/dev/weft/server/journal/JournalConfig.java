package dev.weft.server.journal;

import dev.weft.protocol.frame.BlockDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a journal is opened: a directory, and defaults that the package's tests replace. Not
 * thread-safe; read once by {@link Journals#open}.
 */
public final class JournalConfig {
    private static final long MIB = 1024 * 1024;

    /** Room that a record needs besides the block: header word and Chronicle's trailing zeros. */
    private static final int RECORD_OVERHEAD = 64;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    final Path directory;

    /** Bytes that Chronicle maps at once; a record may be a quarter of it. */
    long blockSize = 32 * MIB;

    /** Allocated ahead of the appender at least, and at most when it is fast. */
    long preallocateMin = MIB;

    long preallocateMax = 32 * MIB;

    /** Bytes of a roll file between two entries of {@link Positions}. */
    long positionSpacing = 64 * 1024;

    /** Sequences that are reserved on disk at a time. */
    long sequencesReserved = 4_000_000;

    /** Below this much free space nothing is appended; at most 5 % of the file system. */
    long freeBytesMin = 64 * MIB;

    /** Wall clock in microseconds: the first roll file, and when to prepare the next one. */
    LongSupplier clockUs = () -> TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());

    LongSupplier nanoClock = System::nanoTime;
    Supplier<String> bootId = JournalConfig::readBootId;
    Forcer forcer = Forcer.DEVICE;
    @Nullable FreeSpace freeSpace;
    AppendProbe probe = AppendProbe.NONE;

    private JournalConfig(final Path directory) {
        this.directory = directory;
    }

    /**
     * The configuration of the product.
     *
     * @param directory the journal's own; made if it does not exist.
     */
    public static JournalConfig of(final Path directory) {
        return new JournalConfig(directory);
    }

    /** How far a mapped window reaches into the next one: Chronicle's rule. */
    long overlap() {
        return blockSize / 4;
    }

    /** Longest block that can be appended. */
    int blockLengthMax() {
        return (int) Math.min(BlockDescriptor.BLOCK_LENGTH_MAX, overlap() - RECORD_OVERHEAD);
    }

    private static String readBootId() {
        try {
            return Files.exists(BOOT_ID) ? Files.readString(BOOT_ID).trim() : "unknown";
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}

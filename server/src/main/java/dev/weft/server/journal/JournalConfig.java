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
 * How a journal is opened: a directory, what may be deleted, and values that the product leaves as
 * they are and tests replace. Not thread-safe; read while the journal is opened and not changed
 * after that.
 */
public final class JournalConfig {
    private static final long MIB = 1024 * 1024;

    /** Room that a record needs besides the block: header word and Chronicle's trailing zeros. */
    private static final int RECORD_OVERHEAD = 64;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;
    private long blockSize = 32 * MIB;
    private long preallocateMin = MIB;
    private long preallocateMax = 32 * MIB;
    private long positionSpacing = 64 * 1024;
    private long sequencesReserved = 4_000_000;
    private long freeBytesMin = 64 * MIB;
    private LongSupplier clockUs = () -> TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    private LongSupplier nanoClock = System::nanoTime;
    private Supplier<String> bootId = JournalConfig::readBootId;
    private Forcer forcer = Forcer.DEVICE;
    private @Nullable FreeSpace freeSpace;
    private AppendProbe probe = AppendProbe.NONE;
    private DeletionProbe deletionProbe = DeletionProbe.NONE;
    private RetentionLimits retention = RetentionLimits.OFF;

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

    public Path directory() {
        return directory;
    }

    /** How far a mapped window reaches into the next one: Chronicle's rule. */
    public long overlap() {
        return blockSize / 4;
    }

    /** Longest block that can be appended. */
    public int blockLengthMax() {
        return (int) Math.min(BlockDescriptor.BLOCK_LENGTH_MAX, overlap() - RECORD_OVERHEAD);
    }

    /** Bytes that Chronicle maps at once; a record may be a quarter of it. */
    public long blockSize() {
        return blockSize;
    }

    public JournalConfig blockSize(final long value) {
        blockSize = value;
        return this;
    }

    /** Allocated ahead of the appender at least, bytes. */
    public long preallocateMin() {
        return preallocateMin;
    }

    public JournalConfig preallocateMin(final long value) {
        preallocateMin = value;
        return this;
    }

    /** Allocated ahead of the appender at most, when it is fast, bytes. */
    public long preallocateMax() {
        return preallocateMax;
    }

    public JournalConfig preallocateMax(final long value) {
        preallocateMax = value;
        return this;
    }

    /** Bytes of a roll file between two entries of the index of positions. */
    public long positionSpacing() {
        return positionSpacing;
    }

    public JournalConfig positionSpacing(final long value) {
        positionSpacing = value;
        return this;
    }

    /** Sequences that are reserved on disk at a time. */
    public long sequencesReserved() {
        return sequencesReserved;
    }

    public JournalConfig sequencesReserved(final long value) {
        sequencesReserved = value;
        return this;
    }

    /** Below this much free space nothing is appended; at most 5 % of the file system. */
    public long freeBytesMin() {
        return freeBytesMin;
    }

    public JournalConfig freeBytesMin(final long value) {
        freeBytesMin = value;
        return this;
    }

    /** Wall clock in microseconds: the first roll file, and when to prepare the next one. */
    public LongSupplier clockUs() {
        return clockUs;
    }

    public JournalConfig clockUs(final LongSupplier value) {
        clockUs = value;
        return this;
    }

    /** Monotonic clock. */
    public LongSupplier nanoClock() {
        return nanoClock;
    }

    public JournalConfig nanoClock(final LongSupplier value) {
        nanoClock = value;
        return this;
    }

    /** What the kernel calls its current boot. */
    public Supplier<String> bootId() {
        return bootId;
    }

    public JournalConfig bootId(final Supplier<String> value) {
        bootId = value;
        return this;
    }

    /** How a file is forced to disk. */
    public Forcer forcer() {
        return forcer;
    }

    public JournalConfig forcer(final Forcer value) {
        forcer = value;
        return this;
    }

    /** How full the file system is; null to ask it. */
    public @Nullable FreeSpace freeSpace() {
        return freeSpace;
    }

    public JournalConfig freeSpace(final FreeSpace value) {
        freeSpace = value;
        return this;
    }

    /** Is told each step of an append. */
    public AppendProbe probe() {
        return probe;
    }

    public JournalConfig probe(final AppendProbe value) {
        probe = value;
        return this;
    }

    /** Is told each step of deleting a roll file. */
    public DeletionProbe deletionProbe() {
        return deletionProbe;
    }

    public JournalConfig deletionProbe(final DeletionProbe value) {
        deletionProbe = value;
        return this;
    }

    /** What may be deleted. */
    public RetentionLimits retention() {
        return retention;
    }

    public JournalConfig retention(final RetentionLimits value) {
        retention = value;
        return this;
    }

    private static String readBootId() {
        try {
            return Files.exists(BOOT_ID) ? Files.readString(BOOT_ID).trim() : "unknown";
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}

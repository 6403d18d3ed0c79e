package dev.weft.server.journal;

import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockFlyweight;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A journal in memory with the contract of the real one, and with the faults that a test asks for.
 * It checks what it is given: checksum, dense sequences, rising times. Blocks outlive it: {@link
 * #restarted} goes on with them as a new process would.
 */
public final class MemoryJournal implements Journal {
    private final AtomicInteger fullFor = new AtomicInteger();
    private final ConcurrentNavigableMap<Long, byte[]> blocks;
    private final BlockFlyweight view = new BlockFlyweight();
    private long nextSequence = 1;
    private long lastTimestamp;

    private volatile long appended;
    private volatile long durable;
    private volatile long oldest = 1;
    private volatile State state = State.WRITABLE;
    private volatile boolean backPressured;
    private volatile boolean forceFails;
    private volatile boolean appendFails;
    private volatile @Nullable Supplier<? extends Throwable> readFailure;
    private volatile boolean needsHousekeeping;
    private volatile int houseWorkCount;
    private final AtomicInteger finishedFiles = new AtomicInteger();
    private final AtomicLong forceCount = new AtomicLong();
    private final AtomicLong openReaders = new AtomicLong();
    private final List<Lease> leases = new CopyOnWriteArrayList<>();
    private final AtomicLong blocksRead = new AtomicLong();
    private final AtomicLong held = new AtomicLong();
    private final JournalMemory memory =
            new JournalMemory() {
                @Override
                public void retain() {
                    held.incrementAndGet();
                }

                @Override
                public void release() {
                    held.decrementAndGet();
                }
            };

    public MemoryJournal() {
        this(new ConcurrentSkipListMap<>());
    }

    private MemoryJournal(final ConcurrentNavigableMap<Long, byte[]> blocks) {
        this.blocks = blocks;
        final Map.Entry<Long, byte[]> last = blocks.lastEntry();
        if (last != null) {
            wrap(view, last.getValue());
            nextSequence = view.lastSequence() + 1;
            lastTimestamp = view.timestamp(view.count() - 1);
            appended = view.lastSequence();
            durable = appended;
        }
    }

    @Override
    public Lease newLease() {
        final Lease lease = new Lease();
        leases.add(lease);
        return lease;
    }

    /** Lowest sequence that a reader has a lease on, or {@link Lease#NONE}. */
    public long leasedFrom() {
        return leases.stream().mapToLong(Lease::sequence).min().orElse(Lease.NONE);
    }

    /** The journal that a process finds after this one was killed. */
    public MemoryJournal restarted() {
        final MemoryJournal journal = new MemoryJournal(new ConcurrentSkipListMap<>(blocks));
        journal.oldest = oldest;
        return journal;
    }

    /**
     * The same after a power cut: only what was forced is there, and numbering goes on above all
     * that may have been given out.
     */
    public MemoryJournal restartedWithoutPower(final long reserved) {
        final MemoryJournal journal =
                new MemoryJournal(new ConcurrentSkipListMap<>(blocks.headMap(durable, true)));
        journal.oldest = oldest;
        journal.nextSequence = appended + reserved;
        return journal;
    }

    public void state(final State newState) {
        state = newState;
    }

    /** There is no space for the next blocks, and then there is again. */
    public void fullFor(final int blocks) {
        fullFor.set(blocks);
    }

    public void backPressured(final boolean isBackPressured) {
        backPressured = isBackPressured;
    }

    public void forceFails(final boolean fails) {
        forceFails = fails;
    }

    /** It admits a block and then fails. */
    public void appendFails(final boolean fails) {
        appendFails = fails;
    }

    /** What the next read throws, once, as a mapping does over a bad sector. */
    public void nextReadFails(final Supplier<? extends Throwable> failure) {
        readFailure = failure;
    }

    /** Readers that were made and not closed. */
    public long openReaders() {
        return openReaders.get();
    }

    /** Blocks that all readers were given. */
    public long blocksRead() {
        return blocksRead.get();
    }

    /** How often its memory is held beyond its readers. */
    public long memoryHeld() {
        return held.get();
    }

    @SuppressWarnings("unchecked")
    private <T extends Throwable> void failIfAsked() throws T {
        final Supplier<? extends Throwable> failure = readFailure;
        if (failure != null) {
            readFailure = null;
            throw (T) failure.get();
        }
    }

    /** Something runs out soon. */
    public void houseWorkCount(final int workCount) {
        houseWorkCount = workCount;
    }

    public void needsHousekeeping(final boolean needs) {
        needsHousekeeping = needs;
    }

    /** The appender has left a roll file. */
    public void finishFile() {
        finishedFiles.incrementAndGet();
    }

    public long forceCount() {
        return forceCount.get();
    }

    /** Retention: takes away all blocks that end before a sequence. */
    public void trim(final long sequence) {
        final BlockFlyweight block = new BlockFlyweight();
        for (final byte[] bytes : blocks.values()) {
            wrap(block, bytes);
            if (block.lastSequence() >= sequence) {
                oldest = block.firstSequence();
                return;
            }
            oldest = block.lastSequence() + 1; // first the mark, then the block
            blocks.remove(block.firstSequence());
        }
    }

    /** Damage: the block that holds a sequence cannot be read any more. */
    public void damage(final long sequence) {
        final Map.Entry<Long, byte[]> entry = blocks.floorEntry(sequence);
        if (entry != null) {
            blocks.remove(entry.getKey());
        }
    }

    @Override
    public long nextSequence() {
        return nextSequence;
    }

    @Override
    public long lastTimestamp() {
        return lastTimestamp;
    }

    @Override
    public int admit(final int length, final int count, final long timestampUs) {
        if (fullFor.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return DISK_FULL;
        }
        return switch (state) {
            case WRITABLE -> backPressured ? BACK_PRESSURED : APPENDED;
            case DISK_FULL -> DISK_FULL;
            case FAILED, CLOSED -> FAILED;
        };
    }

    @Override
    public int append(final DirectBuffer block, final int offset, final int length) {
        if (appendFails) {
            state = State.FAILED;
        }
        final int outcome = admit(length, 0, 0);
        if (outcome != APPENDED) {
            return outcome;
        }
        final byte[] bytes = new byte[length];
        block.getBytes(offset, bytes);
        check(bytes);
        blocks.put(view.firstSequence(), bytes);
        nextSequence = view.lastSequence() + 1;
        lastTimestamp = view.timestamp(view.count() - 1);
        appended = view.lastSequence();
        return APPENDED;
    }

    private void check(final byte[] bytes) {
        wrap(view, bytes);
        final CRC32C crc = new CRC32C();
        crc.update(
                bytes,
                BlockDescriptor.CRC_FROM_OFFSET,
                bytes.length - BlockDescriptor.CRC_FROM_OFFSET);
        require(view.length() == bytes.length, "length");
        require(
                (int) crc.getValue() == view.buffer().getInt(BlockDescriptor.CRC_OFFSET),
                "checksum");
        require(view.firstSequence() == nextSequence, "first sequence");
        int frame = view.framesOffset();
        long time = lastTimestamp;
        for (int i = 0; i < view.count(); i++) {
            require(view.frameOffset(i) == frame, "frames are back to back");
            require(view.timestamp(i) > time, "time rises");
            frame += view.frameLength(i);
            time = view.timestamp(i);
        }
        require(frame == bytes.length, "frames end with the block");
    }

    private static void require(final boolean isSo, final String rule) {
        if (!isSo) {
            throw new JournalException(true, "block breaks a rule: " + rule);
        }
    }

    @Override
    public long appendedSequence() {
        return appended;
    }

    @Override
    public long durableSequence() {
        return durable;
    }

    @Override
    public long oldestSequence() {
        return oldest;
    }

    @Override
    public long force() {
        if (forceFails) {
            state = State.FAILED;
            throw new JournalException(true, "the device refused");
        }
        forceCount.incrementAndGet();
        durable = appended;
        return durable;
    }

    @Override
    public int doHousekeeping() {
        return houseWorkCount;
    }

    @Override
    public boolean needsHousekeeping() {
        return needsHousekeeping;
    }

    @Override
    public boolean hasFinishedFiles() {
        return finishedFiles.get() > 0;
    }

    @Override
    public int forceFinished() {
        return finishedFiles.getAndSet(0);
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public long freeBytes() {
        return state == State.DISK_FULL ? 0 : Long.MAX_VALUE;
    }

    @Override
    public long sequenceWithin(final long lengthMax) {
        long length = 0;
        long sequence = appended + 1;
        for (final Map.Entry<Long, byte[]> block : blocks.descendingMap().entrySet()) {
            length += block.getValue().length;
            if (length > lengthMax && sequence <= appended) {
                break;
            }
            sequence = block.getKey();
        }
        return sequence;
    }

    @Override
    public long damageCount() {
        return 0;
    }

    @Override
    public JournalReader newReader() {
        openReaders.incrementAndGet();
        return new Reader();
    }

    @Override
    public void close() {
        state = State.CLOSED;
    }

    private static void wrap(final BlockFlyweight target, final byte[] bytes) {
        target.wrap(new UnsafeBuffer(ByteBuffer.wrap(bytes)), 0, bytes.length);
    }

    private final class Reader implements JournalReader {
        private final BlockFlyweight block = new BlockFlyweight();
        private long next = 1;
        private long gapFrom;
        private long gapTo;

        @Override
        public void seek(final long sequence) {
            next = sequence;
        }

        @Override
        public long sequenceAt(final long timestampUs) {
            final long end = appended;
            for (final byte[] bytes : blocks.values()) {
                wrap(block, bytes);
                for (int i = 0; i < block.count(); i++) {
                    if (block.timestamp(i) >= timestampUs) {
                        return block.firstSequence() + i;
                    }
                }
            }
            return end + 1;
        }

        @Override
        public JournalMemory memory() {
            return memory;
        }

        @Override
        public int next(final BlockFlyweight target) {
            MemoryJournal.this.<RuntimeException>failIfAsked();
            final long end = appended;
            if (next > end) {
                return END;
            }
            final Map.Entry<Long, byte[]> holder = blocks.floorEntry(next);
            if (holder != null) {
                wrap(target, holder.getValue());
                if (target.lastSequence() >= next) {
                    next = target.lastSequence() + 1;
                    blocksRead.incrementAndGet();
                    return BLOCK;
                }
            }
            final Long following = blocks.higherKey(next);
            gapFrom = next;
            gapTo = following == null ? end : following - 1;
            next = gapTo + 1;
            return GAP;
        }

        @Override
        public long gapFrom() {
            return gapFrom;
        }

        @Override
        public long gapTo() {
            return gapTo;
        }

        @Override
        public void close() {
            openReaders.decrementAndGet();
        }
    }
}

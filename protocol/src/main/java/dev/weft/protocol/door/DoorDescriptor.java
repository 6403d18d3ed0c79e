package dev.weft.protocol.door;

import static org.agrona.BitUtil.align;

import java.nio.file.Path;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Layout of a door's file: offsets in bytes from its start, integers in the order of the machine's
 * bytes. Source: docs/PROTOCOL.md, "Door".
 *
 * <pre>
 *  0        4096                               SLOTS_OFFSET
 *  | header | ring 8 MiB, trailer, up to a page | slot 0 | slot 1 | ... slot 31 |
 *
 *  header:  magic 8 | version 4 | 0 | generation 8 (at 32) | state 8 (at 128) | sleep 8 (at 256)
 *  slot:    acknowledged 8 | reasons 32 x 256 (at 128) | claim 8 (at 10240)
 *           | outcomes 32768 x 8 (at 12288)
 *  reason:  offer 8 | length 4 | text 244
 * </pre>
 *
 * The ring has the layout of Agrona's {@code ManyToOneRingBuffer}; a message's type is the slot of
 * its publisher plus one, its content the JSON of one event.
 */
public final class DoorDescriptor {
    public static final long MAGIC = 0x524F4F4454464557L; // "WEFTDOOR"
    public static final int VERSION = 2;
    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int GENERATION_OFFSET = 32;

    /** {@link #OPEN} or {@link #CLOSED}; written by the server, read by publishers. */
    public static final int STATE_OFFSET = 128;

    /**
     * Counts how often the server fell asleep and woke; odd while it sleeps. A publisher that reads
     * an odd number behind its event rings the bell, once for each number.
     */
    public static final int SLEEP_OFFSET = 256;

    public static final long OPEN = 1;
    public static final long CLOSED = 2;

    public static final int HEADER_LENGTH = 4096;
    public static final int RING_OFFSET = HEADER_LENGTH;
    public static final int RING_CAPACITY = 8 << 20;
    public static final int RING_LENGTH = RING_CAPACITY + RingBufferDescriptor.TRAILER_LENGTH;

    public static final int SLOTS_OFFSET = align(RING_OFFSET + RING_LENGTH, 4096);
    public static final int SLOT_COUNT = 32;

    /** Offers of the slot that have their outcome, from its first one on, without holes. */
    public static final int ACKNOWLEDGED_OFFSET = 0;

    public static final int REASONS_OFFSET = 128;
    public static final int REASON_COUNT = 32;
    public static final int REASON_LENGTH = 256;
    public static final int REASON_OFFER_OFFSET = 0;
    public static final int REASON_TEXT_LENGTH_OFFSET = 8;
    public static final int REASON_TEXT_OFFSET = 12;
    public static final int REASON_TEXT_LENGTH_MAX = REASON_LENGTH - REASON_TEXT_OFFSET;

    /**
     * Where the slot's publisher is about to claim, and how much, see {@link #claim}: written
     * before the tail is moved, so that a place of which nothing else is written yet has a name and
     * a length. The one field of a slot that the publisher writes.
     */
    public static final int CLAIM_OFFSET = 10_240;

    /** Nothing is about to be claimed. */
    public static final long NO_CLAIM = 0;

    private static final int CLAIM_LENGTH_BITS = 18; // of eights of bytes
    private static final long CLAIM_LENGTH_MASK = (1L << CLAIM_LENGTH_BITS) - 1;
    private static final int ALIGNMENT_BITS = 3;
    private static final int POSITION_SHIFT = CLAIM_LENGTH_BITS - ALIGNMENT_BITS;

    /**
     * Outcome of offer n at n - 1 modulo the count: its sequence, or its status below zero. A power
     * of two, and the most offers of one publisher that may be without an outcome.
     */
    public static final int OUTCOME_COUNT = 32 * 1024;

    public static final int OUTCOMES_OFFSET = 12_288;
    public static final int SLOT_LENGTH = OUTCOMES_OFFSET + OUTCOME_COUNT * Long.BYTES;

    public static final int FILE_LENGTH = SLOTS_OFFSET + SLOT_COUNT * SLOT_LENGTH;

    /** What the server says through the bell to who connects: magic 4, slot 4, generation 8. */
    public static final int HELLO_MAGIC = 0x4C4C4542; // "BELL"

    public static final int HELLO_LENGTH = 16;

    /** In place of a slot: all are taken, or the door is being made anew. */
    public static final int NO_SLOT = -1;

    private DoorDescriptor() {}

    /** Where the slot begins in the file. */
    public static int slotOffset(final int slot) {
        return SLOTS_OFFSET + slot * SLOT_LENGTH;
    }

    /** Where an offer's outcome lies in its slot. */
    public static int outcomeOffset(final long offer) {
        return OUTCOMES_OFFSET + ((int) (offer - 1) & OUTCOME_COUNT - 1) * Long.BYTES;
    }

    /** Where a reason lies in its slot, counted from the slot's first one, which is 0. */
    public static int reasonOffset(final long number) {
        return REASONS_OFFSET + ((int) number & REASON_COUNT - 1) * REASON_LENGTH;
    }

    /**
     * A place in the ring as one number.
     *
     * @param position where it begins, a multiple of 8.
     * @param length in bytes, its header included, a multiple of 8 below 2 MiB.
     */
    public static long claim(final long position, final int length) {
        return (position << POSITION_SHIFT) | (length >> ALIGNMENT_BITS);
    }

    /** Length of a claim; 0 if it does not begin at the position, or is none. */
    public static int claimLength(final long claim, final long position) {
        return (claim & ~CLAIM_LENGTH_MASK) == (position << POSITION_SHIFT)
                ? (int) (claim & CLAIM_LENGTH_MASK) << ALIGNMENT_BITS
                : 0;
    }

    /** The Unix socket beside the file. */
    public static Path bell(final Path door) {
        return door.resolveSibling(door.getFileName() + ".bell");
    }
}

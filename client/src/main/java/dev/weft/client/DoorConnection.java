package dev.weft.client;

import static dev.weft.protocol.door.DoorDescriptor.ACKNOWLEDGED_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.FILE_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.GENERATION_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.HEADER_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.HELLO_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.HELLO_MAGIC;
import static dev.weft.protocol.door.DoorDescriptor.MAGIC;
import static dev.weft.protocol.door.DoorDescriptor.MAGIC_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.RING_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.RING_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.SLOT_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.VERSION;
import static dev.weft.protocol.door.DoorDescriptor.VERSION_OFFSET;

import dev.weft.protocol.door.DoorDescriptor;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One slot of one generation of a door: the mapped file, and the bell, which is a Unix socket that
 * also tells each side when the other one has gone. One thread.
 */
final class DoorConnection implements AutoCloseable {
    private static final long HELLO_TIME_MAX_NS = 2_000_000_000L;
    private static final long HELLO_RETRY_NS = 100_000;

    private final SocketChannel bell;
    private final MappedByteBuffer mapped;
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);
    private boolean gone;
    final UnsafeBuffer header;
    final UnsafeBuffer acknowledgements;
    final RingWriter ring;

    private DoorConnection(
            final SocketChannel bell, final MappedByteBuffer mapped, final int slot) {
        this.bell = bell;
        this.mapped = mapped;
        header = new UnsafeBuffer(mapped, 0, HEADER_LENGTH);
        acknowledgements = new UnsafeBuffer(mapped, DoorDescriptor.slotOffset(slot), SLOT_LENGTH);
        ring =
                new RingWriter(
                        new UnsafeBuffer(mapped, RING_OFFSET, RING_LENGTH),
                        acknowledgements,
                        slot + 1);
    }

    /**
     * Asks for a slot and maps the file.
     *
     * @throws IOException if no server has this door, all its slots are taken, or the file is not
     *     the one the server speaks of.
     */
    static DoorConnection open(final Path door) throws IOException {
        final SocketChannel bell = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean isOpen = false;
        try {
            bell.connect(UnixDomainSocketAddress.of(DoorDescriptor.bell(door)));
            bell.configureBlocking(false);
            final ByteBuffer hello = hello(bell, door);
            final int slot = hello.getInt(4);
            if (hello.getInt(0) != HELLO_MAGIC || slot < 0 || slot >= DoorDescriptor.SLOT_COUNT) {
                throw new IOException("the door has no free slot: " + door);
            }
            final DoorConnection connection = new DoorConnection(bell, map(door), slot);
            isOpen = connection.isOf(hello.getLong(8));
            if (!isOpen) {
                connection.close();
                throw new IOException("not the file of the server that answers: " + door);
            }
            return connection;
        } finally {
            if (!isOpen) {
                bell.close();
            }
        }
    }

    private boolean isOf(final long generation) {
        return header.getLong(MAGIC_OFFSET) == MAGIC
                && header.getInt(VERSION_OFFSET) == VERSION
                && header.getLong(GENERATION_OFFSET) == generation;
    }

    private static ByteBuffer hello(final SocketChannel bell, final Path door) throws IOException {
        final ByteBuffer hello = ByteBuffer.allocate(HELLO_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        final long deadlineNs = System.nanoTime() + HELLO_TIME_MAX_NS;
        while (hello.hasRemaining()) {
            if (bell.read(hello) < 0 || System.nanoTime() - deadlineNs > 0) {
                throw new IOException("no answer at the door: " + door);
            }
            if (hello.hasRemaining()) {
                LockSupport.parkNanos(HELLO_RETRY_NS);
            }
        }
        return hello;
    }

    private static MappedByteBuffer map(final Path door) throws IOException {
        try (FileChannel file =
                FileChannel.open(door, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (file.size() != FILE_LENGTH) { // to map more than there is would lengthen it
                throw new IOException(
                        "not a door: length=" + file.size() + " expected=" + FILE_LENGTH);
            }
            return file.map(FileChannel.MapMode.READ_WRITE, 0, FILE_LENGTH);
        }
    }

    long acknowledged() {
        return acknowledgements.getLongVolatile(ACKNOWLEDGED_OFFSET);
    }

    /** Wakes the server. */
    void ring() {
        try {
            one.clear();
            bell.write(one); // a full socket is as good: then it has bytes to read
        } catch (final IOException ex) {
            gone = true;
        }
    }

    /** Whether the server still has this generation of the door. */
    boolean isThere() {
        try {
            one.clear();
            gone = gone || bell.read(one) < 0;
        } catch (final IOException ex) {
            gone = true;
        }
        return !gone;
    }

    /**
     * Whether the connection was seen to have ended, whoever ended it. Then the slot is somebody
     * else's, or soon will be: nothing may be claimed for it any more.
     */
    boolean isGone() {
        return gone;
    }

    @Override
    public void close() {
        try {
            bell.close();
        } catch (final IOException ex) {
            // it is gone either way
        }
        BufferUtil.free(mapped);
    }
}

package dev.weft.client;

import static dev.weft.protocol.door.DoorDescriptor.ACKNOWLEDGED_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.FILE_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.HEADER_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.RING_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.RING_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.SLOT_LENGTH;

import dev.weft.protocol.door.DoorDescriptor;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A door without a server: its file and its bell, in the state that a test wants. The ring is read
 * by Agrona's class. Thread: the test's.
 */
final class DoorStandIn implements AutoCloseable {
    static final int SLOT = 3;
    private static final int EVENTS_MAX = 1 << 20;

    final UnsafeBuffer header;
    final UnsafeBuffer slot;
    final ManyToOneRingBuffer ring;
    private final Path door;
    private final MappedByteBuffer mapped;
    private final ServerSocketChannel listener;
    private final long generation;
    private @Nullable SocketChannel bell; // of who connected last

    DoorStandIn(final Path door, final long generation) throws IOException {
        this.door = door;
        this.generation = generation;
        Files.deleteIfExists(door);
        try (FileChannel file =
                FileChannel.open(
                        door,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, FILE_LENGTH);
        }
        header = new UnsafeBuffer(mapped, 0, HEADER_LENGTH);
        slot = new UnsafeBuffer(mapped, DoorDescriptor.slotOffset(SLOT), SLOT_LENGTH);
        ring = new ManyToOneRingBuffer(new UnsafeBuffer(mapped, RING_OFFSET, RING_LENGTH));
        header.putLong(DoorDescriptor.MAGIC_OFFSET, DoorDescriptor.MAGIC);
        header.putInt(DoorDescriptor.VERSION_OFFSET, DoorDescriptor.VERSION);
        header.putLong(DoorDescriptor.GENERATION_OFFSET, generation);
        header.putLong(DoorDescriptor.STATE_OFFSET, DoorDescriptor.OPEN);
        listener =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(DoorDescriptor.bell(door)));
    }

    /** A publisher that sits in {@link #SLOT}. */
    DoorPublisher open() throws IOException {
        final Thread answering = answer();
        try {
            return DoorPublisher.open(door);
        } finally {
            join(answering);
        }
    }

    /** The same for one that comes back. */
    long reopen(final DoorPublisher publisher) throws IOException {
        final Thread answering = answer();
        try {
            return publisher.reopen();
        } finally {
            join(answering);
        }
    }

    private Thread answer() {
        final Thread thread = new Thread(this::welcome, "door-stand-in");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void welcome() {
        final ByteBuffer hello =
                ByteBuffer.allocate(DoorDescriptor.HELLO_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        hello.putInt(DoorDescriptor.HELLO_MAGIC).putInt(SLOT).putLong(generation).flip();
        try {
            final SocketChannel accepted = listener.accept();
            accepted.write(hello);
            accepted.configureBlocking(false);
            bell = accepted;
        } catch (final IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Takes all events out of the ring. */
    List<String> read() {
        final List<String> events = new ArrayList<>();
        final MessageHandler handler =
                (type, buffer, index, length) -> {
                    if (type != SLOT + 1) {
                        throw new IllegalStateException("type " + type);
                    }
                    final byte[] text = new byte[length];
                    buffer.getBytes(index, text);
                    events.add(new String(text, StandardCharsets.UTF_8));
                };
        ring.read(handler, EVENTS_MAX); // up to the end of the ring
        ring.read(handler, EVENTS_MAX);
        return events;
    }

    /** Tells the outcome of an offer of this connection; in their order. */
    void acknowledge(final long offer, final long outcome) {
        slot.putLong(DoorDescriptor.outcomeOffset(offer), outcome);
        slot.putLongRelease(ACKNOWLEDGED_OFFSET, offer);
    }

    /** Lays a reason down in the first place for one. */
    void explain(final long offer, final String text) {
        final int at = DoorDescriptor.reasonOffset(0);
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        slot.putBytes(at + DoorDescriptor.REASON_TEXT_OFFSET, bytes);
        slot.putInt(at + DoorDescriptor.REASON_TEXT_LENGTH_OFFSET, bytes.length);
        slot.putLongRelease(at + DoorDescriptor.REASON_OFFER_OFFSET, offer);
    }

    /** Bytes that have come through the bell since the last look; -1 if its end has. */
    int rings() throws IOException {
        return bell().read(ByteBuffer.allocate(100));
    }

    /** Sends the publisher away. */
    void hangUp() throws IOException {
        bell().close();
    }

    private SocketChannel bell() {
        return Objects.requireNonNull(bell, "nobody has connected");
    }

    @Override
    public void close() throws IOException {
        listener.close();
        if (bell != null) {
            bell.close();
        }
        Files.deleteIfExists(DoorDescriptor.bell(door));
    }
}

package dev.weft.server.door;

import static dev.weft.protocol.door.DoorDescriptor.CLOSED;
import static dev.weft.protocol.door.DoorDescriptor.FILE_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.GENERATION_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.HEADER_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.MAGIC;
import static dev.weft.protocol.door.DoorDescriptor.MAGIC_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.OPEN;
import static dev.weft.protocol.door.DoorDescriptor.RING_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.RING_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.SLOT_LENGTH;
import static dev.weft.protocol.door.DoorDescriptor.STATE_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.VERSION;
import static dev.weft.protocol.door.DoorDescriptor.VERSION_OFFSET;

import dev.weft.protocol.door.DoorDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One generation of the door's file, made whole before anybody can see it: all of it is written, so
 * that a full disk is an exception here and no signal later, then it takes the place of the one
 * before by its name. Made by any thread; used by the door's.
 */
final class DoorFile {
    private static final String OWNER_ALONE = "rw-------";
    private static final String OWNER_AND_GROUP = "rw-rw----";
    private static final int PIECE_LENGTH = 256 * 1024;

    private final Path path;
    private final Object key; // its number in the file system, nobody else's while it is open
    private final FileChannel channel;
    private final MappedByteBuffer mapped;
    private final long generation;
    private final UnsafeBuffer header;
    private final UnsafeBuffer ring;

    private DoorFile(
            final Path path,
            final Object key,
            final FileChannel channel,
            final MappedByteBuffer mapped,
            final long generation) {
        this.path = path;
        this.key = key;
        this.channel = channel;
        this.mapped = mapped;
        this.generation = generation;
        header = new UnsafeBuffer(mapped, 0, HEADER_LENGTH);
        ring = new UnsafeBuffer(mapped, RING_OFFSET, RING_LENGTH);
        header.putInt(VERSION_OFFSET, VERSION);
        header.putLong(GENERATION_OFFSET, generation);
        header.putLong(STATE_OFFSET, OPEN);
        header.putLongRelease(MAGIC_OFFSET, MAGIC);
    }

    /**
     * Makes a new one in the place of what is at the path.
     *
     * @param before the one that was made there before, null for none; it is replaced whatever has
     *     become of it.
     * @throws IOException if something else lies there or beside it: a path that is given by
     *     mistake must not cost a file.
     */
    static DoorFile create(final Path path, final long generation, final @Nullable DoorFile before)
            throws IOException {
        if (before == null || !before.liesAt(path)) {
            refuseUnlessDoor(path);
        }
        final Path made = path.resolveSibling(path.getFileName() + ".new");
        refuseUnlessDoor(made);
        Files.deleteIfExists(made); // of a server that was killed while it made it
        final FileChannel channel =
                FileChannel.open(
                        made,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString(OWNER_ALONE)));
        try {
            final Object key = Objects.requireNonNull(fileKey(made), "fileKey");
            writeZeros(channel);
            final DoorFile file =
                    new DoorFile(
                            path,
                            key,
                            channel,
                            channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_LENGTH),
                            generation);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(OWNER_AND_GROUP));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (final IOException | RuntimeException ex) {
            channel.close();
            Files.deleteIfExists(made);
            throw ex;
        }
    }

    /** But for the magic, so that a half-written one is known as ours. */
    private static void writeZeros(final FileChannel channel) throws IOException {
        final ByteBuffer zeros =
                ByteBuffer.allocateDirect(PIECE_LENGTH).order(ByteOrder.nativeOrder());
        zeros.putLong(MAGIC_OFFSET, MAGIC);
        for (int at = 0; at < FILE_LENGTH; ) {
            zeros.clear().limit(Math.min(PIECE_LENGTH, FILE_LENGTH - at));
            at += channel.write(zeros, at);
            zeros.putLong(MAGIC_OFFSET, 0);
        }
    }

    /** Free, or a door's file; one that was cut or not begun is empty. */
    private static void refuseUnlessDoor(final Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            final byte[] magic;
            try (InputStream file = Files.newInputStream(path)) {
                magic = file.readNBytes(Long.BYTES);
            }
            if (magic.length == 0
                    || (magic.length == Long.BYTES
                            && ByteBuffer.wrap(magic).order(ByteOrder.nativeOrder()).getLong()
                                    == MAGIC)) {
                return;
            }
        }
        throw new IOException("there is another file: " + path);
    }

    private static @Nullable Object fileKey(final Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private boolean liesAt(final Path name) throws IOException {
        return Files.exists(name, LinkOption.NOFOLLOW_LINKS) && key.equals(fileKey(name));
    }

    long generation() {
        return generation;
    }

    UnsafeBuffer header() {
        return header;
    }

    UnsafeBuffer ring() {
        return ring;
    }

    UnsafeBuffer slot(final int slot) {
        return new UnsafeBuffer(mapped, DoorDescriptor.slotOffset(slot), SLOT_LENGTH);
    }

    /**
     * Whether all of it is still there: who may write to it may also cut it, and a look behind the
     * cut is an {@link InternalError}. The system call has a second use: such an error of an access
     * before it is thrown no later than here.
     */
    boolean isWhole() {
        try {
            return channel.size() >= FILE_LENGTH;
        } catch (final IOException ex) {
            return false;
        }
    }

    /** Publishers see that it takes nothing more. */
    void shut() {
        header.putLongRelease(STATE_OFFSET, CLOSED);
    }

    /** Lets go of the memory. */
    void close() {
        BufferUtil.free(mapped);
        try {
            channel.close();
        } catch (final IOException ex) {
            // nothing of it is needed any more
        }
    }

    /**
     * Takes the name away, if it is still this file's. While it is open: a number may be used
     * again.
     */
    void delete() {
        try {
            if (liesAt(path)) {
                Files.delete(path);
            }
        } catch (final IOException ex) {
            // the next start replaces it
        }
    }
}

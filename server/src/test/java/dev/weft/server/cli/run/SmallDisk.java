package dev.weft.server.cli.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk that takes few bytes and is then full, as a file system is: what fits of a write goes in,
 * and the next one is refused until a file is deleted or cut.
 */
final class SmallDisk implements Spool.Disk {
    private final long lengthMax;
    private final List<Path> files = new ArrayList<>();
    private int refusals;

    SmallDisk(final long lengthMax) {
        this.lengthMax = lengthMax;
    }

    /** How often it was full. */
    int refusals() {
        return refusals;
    }

    @Override
    public FileChannel open(final Path file) throws IOException {
        files.add(file);
        return new Limited(Spool.Disk.OWN.open(file));
    }

    private int room(final int wanted) throws IOException {
        long used = 0;
        for (final Path file : files) {
            used += Files.exists(file) ? Files.size(file) : 0;
        }
        final int room = (int) Math.min(wanted, lengthMax - used);
        if (room == 0) {
            refusals++;
            throw new IOException("No space left on device");
        }
        return room;
    }

    /** A file on it. */
    private final class Limited extends FileChannel {
        private final FileChannel channel;

        Limited(final FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(final ByteBuffer source, final long position) throws IOException {
            final int room = room(source.remaining());
            final int written = channel.write(source.slice(source.position(), room), position);
            source.position(source.position() + written);
            return written;
        }

        @Override
        public int read(final ByteBuffer target, final long position) throws IOException {
            return channel.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public FileChannel truncate(final long size) throws IOException {
            channel.truncate(size);
            return this;
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }

        @Override
        public int read(final ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(final ByteBuffer[] targets, final int offset, final int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(final ByteBuffer source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(final ByteBuffer[] sources, final int offset, final int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(final long newPosition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(final boolean metaData) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(
                final long position, final long count, final WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(
                final ReadableByteChannel source, final long position, final long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(
                final FileChannel.MapMode mode, final long position, final long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(final long position, final long size, final boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(final long position, final long size, final boolean shared) {
            throw new UnsupportedOperationException();
        }
    }
}

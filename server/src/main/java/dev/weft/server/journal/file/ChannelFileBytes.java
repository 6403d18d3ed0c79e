package dev.weft.server.journal.file;

import static dev.weft.protocol.frame.BlockDescriptor.BLOCK_LENGTH_MAX;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A roll file read with ordinary reads: what recovery uses, because a read of a damaged or sparse
 * file is an exception at worst, never a signal. Confined to one thread.
 */
public final class ChannelFileBytes implements FileBytes, AutoCloseable {
    private static final int CAPACITY = BLOCK_LENGTH_MAX + 2 * 1024 * 1024;
    private final FileChannel channel;
    private final long length;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
    private final UnsafeBuffer memory = new UnsafeBuffer(buffer);
    private long start;
    private long end;

    public ChannelFileBytes(final RollFile file) throws IOException {
        channel = FileChannel.open(file.path(), StandardOpenOption.READ);
        length = channel.size();
    }

    public long length() {
        return length;
    }

    @Override
    public boolean load(final long position, final int wanted) {
        if (position >= start && position + wanted <= end) {
            return true;
        }
        if (position + wanted > length) {
            return false;
        }
        buffer.clear();
        start = position;
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, start + buffer.position()) < 0) {
                    break;
                }
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
        end = start + buffer.position();
        return position + wanted <= end;
    }

    @Override
    public int available(final long position) {
        return (int) Math.max(0, end - position);
    }

    @Override
    public UnsafeBuffer memory() {
        return memory;
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public int index(final long position) {
        return (int) (position - start);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        BufferUtil.free(buffer);
    }
}

package dev.weft.server.index.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/** Writes sections of a file through a buffer, with a checksum each. Confined to a thread. */
final class SectionOutput implements Closeable {
    private static final int ALIGNMENT = 8;

    private final FileChannel channel;
    private final ByteBuffer buffer;
    private final CRC32C crc = new CRC32C();
    private long flushed; // position of the buffer's first byte in the file
    private long sectionStart;

    /**
     * Begins behind a header.
     *
     * @param buffer used from now on until the close; holds the longest array that is put at once.
     */
    SectionOutput(final FileChannel channel, final ByteBuffer buffer, final int headerLength) {
        this.channel = channel;
        this.buffer = buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
        flushed = headerLength;
        sectionStart = headerLength;
    }

    /** Bytes of the section so far. */
    long sectionLength() {
        return flushed + buffer.position() - sectionStart;
    }

    /** Room for so many bytes, which the caller puts into {@link #buffer}. */
    ByteBuffer room(final int length) throws IOException {
        if (buffer.remaining() < length) {
            flush();
        }
        return buffer;
    }

    void number(final int value) throws IOException {
        room(SegmentDescriptor.NUMBER_LENGTH_MAX);
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    void bytes(final byte[] source, final int offset, final int length) throws IOException {
        int done = 0;
        while (done < length) {
            final int part = Math.min(length - done, room(1).remaining());
            buffer.put(source, offset + done, part);
            done += part;
        }
    }

    void bytes(final ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            final int part = Math.min(source.remaining(), room(1).remaining());
            buffer.put(source.slice(source.position(), part));
            source.position(source.position() + part);
        }
    }

    /** Ends a section and notes where it lies; the next one begins. */
    void end(final SegmentDescriptor.Section section, final ByteBuffer header) throws IOException {
        final long length = sectionLength();
        flush();
        final int at = section.headerOffset();
        header.putLong(at, sectionStart);
        header.putLong(at + Long.BYTES, length);
        header.putInt(at + 2 * Long.BYTES, (int) crc.getValue());
        final int padding = (int) (-flushed & (ALIGNMENT - 1));
        for (int i = 0; i < padding; i++) {
            buffer.put((byte) 0);
        }
        flush();
        crc.reset();
        sectionStart = flushed;
    }

    long position() {
        return flushed + buffer.position();
    }

    /** Writes the header to the beginning of the file. */
    void header(final ByteBuffer header) throws IOException {
        long at = 0;
        while (header.hasRemaining()) {
            at += channel.write(header, at);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        crc.update(buffer);
        buffer.rewind();
        while (buffer.hasRemaining()) {
            flushed += channel.write(buffer, flushed);
        }
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package dev.weft.server.journal.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Whole reads and writes where the operating system may do a part. */
public final class FileIo {
    private FileIo() {}

    /** Fills the buffer from its start, as far as the file goes. */
    public static void read(final FileChannel channel, final ByteBuffer buffer, final long position)
            throws IOException {
        buffer.clear();
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
            read = channel.read(buffer, position + buffer.position());
        }
        buffer.flip();
    }

    /** Writes the buffer from its start to its limit. */
    public static void write(
            final FileChannel channel, final ByteBuffer buffer, final long position)
            throws IOException {
        buffer.rewind();
        while (buffer.hasRemaining()) {
            channel.write(buffer, position + buffer.position());
        }
    }

    /** Forces a file or the entries of a directory. */
    public static void force(final Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}

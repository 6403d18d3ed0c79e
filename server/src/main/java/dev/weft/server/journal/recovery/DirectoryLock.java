package dev.weft.server.journal.recovery;

import dev.weft.server.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive operating system lock on a journal directory. It ends with the process, however
 * that ends, so it never has to be forced; whoever holds it may reset Chronicle's own locks. The
 * file keeps the holder's process number, for people only.
 */
public final class DirectoryLock implements AutoCloseable {
    static final String NAME = "journal.lock";
    private final FileChannel channel;

    private DirectoryLock(final FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock at once or not at all.
     *
     * @throws JournalException FATAL if another process, or this one, has the journal open.
     */
    public static DirectoryLock acquire(final Path directory) throws IOException {
        final FileChannel channel =
                FileChannel.open(
                        directory.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = tryLock(channel) != null;
            if (!locked) {
                throw new JournalException(
                        true,
                        "journal is in use by another process: directory="
                                + directory
                                + " pid="
                                + holder(channel));
            }
            final ByteBuffer pid =
                    ByteBuffer.wrap(
                            (ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            final int length = pid.remaining();
            channel.write(pid, 0);
            channel.truncate(length);
            return new DirectoryLock(channel);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static @Nullable FileLock tryLock(final FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException ex) {
            return null; // this process has it
        }
    }

    private static String holder(final FileChannel channel) throws IOException {
        final ByteBuffer pid = ByteBuffer.allocate(32);
        channel.read(pid, 0);
        return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).trim();
    }
}

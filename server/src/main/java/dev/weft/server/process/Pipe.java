package dev.weft.server.process;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A pipe between this process and a program. Java's own ones are closed as soon as the program has
 * ended, although others that it started may still write; this one ends when its last writer does,
 * or when our end is closed, also while a thread waits in it.
 */
final class Pipe implements AutoCloseable {
    /** More than the system's own 64 KiB: fewer changes between writer and reader. */
    private static final int LENGTH = 1 << 20;

    private final int readEnd;
    private final int writeEnd;

    Pipe() throws IOException {
        final int[] ends = Posix.pipe();
        readEnd = ends[0];
        writeEnd = ends[1];
        Posix.pipeSize(writeEnd, LENGTH);
    }

    /** Our end, if the program writes. */
    FileChannel reader() throws IOException {
        return FileChannel.open(path(readEnd), StandardOpenOption.READ);
    }

    /** Our end, if the program reads. */
    FileChannel writer() throws IOException {
        return FileChannel.open(path(writeEnd), StandardOpenOption.WRITE);
    }

    /** What a program is to open as its input. */
    File source() {
        return path(readEnd).toFile();
    }

    /** What a program is to open as its output. */
    File target() {
        return path(writeEnd).toFile();
    }

    /** Lets go of both ends; what was opened of them stays. */
    @Override
    public void close() {
        Posix.close(readEnd);
        Posix.close(writeEnd);
    }

    private static Path path(final int end) {
        return Path.of("/proc/self/fd/" + end);
    }
}

package dev.weft.server.cli.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lines on their way to the server: a queue in files of a directory, so that they outlive this
 * process, and so that memory has nothing to do with how many wait. Any thread appends, one takes.
 * When it is full, or the disk is, appending waits until something has been delivered: nothing is
 * lost, the command waits instead.
 */
final class Spool implements AutoCloseable {
    private static final int SEGMENT_LENGTH = 8 << 20;
    private static final String SUFFIX = ".ndjson";

    private final long lengthMax;
    private final SpoolDirectory directory;
    private final Disk disk;

    // Guarded by this.
    private final Deque<Segment> segments = new ArrayDeque<>(); // those not delivered as a whole
    private long appendedLength; // of all that was appended, and that was delivered, ever
    private long deliveredLength;
    private boolean isOpenEnded;
    private boolean ended;
    private long segmentCount;

    /** Where its files lie. */
    @FunctionalInterface
    interface Disk {
        /** The one that the directory is on. */
        Disk OWN =
                file ->
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);

        /** Opens a file, and makes it if need be. */
        FileChannel open(Path file) throws IOException;
    }

    /** One file. */
    private record Segment(Path file, FileChannel channel, long start) {}

    Spool(final SpoolDirectory directory, final long lengthMax, final Disk disk) {
        this.directory = directory;
        this.lengthMax = lengthMax;
        this.disk = disk;
    }

    /** An empty one in a new directory, that takes so many bytes at most. */
    static Spool create(final SpoolDirectory directory, final long lengthMax) {
        return new Spool(directory, lengthMax, Disk.OWN);
    }

    /** What another process has left; a last line without its end is taken away. */
    static Spool open(final SpoolDirectory directory) throws IOException {
        final Spool spool = create(directory, Long.MAX_VALUE);
        final List<Path> files;
        try (Stream<Path> entries = Files.list(directory.path())) {
            files = entries.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        }
        for (final Path file : files) {
            spool.adopt(file);
        }
        return spool;
    }

    private synchronized void adopt(final Path file) throws IOException {
        final FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        final String name = file.getFileName().toString();
        segmentCount = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        channel.truncate(wholeLines(channel));
        segments.add(new Segment(file, channel, appendedLength));
        appendedLength += channel.size();
    }

    private static long wholeLines(final FileChannel channel) throws IOException {
        final ByteBuffer piece = ByteBuffer.allocate(1 << 16);
        for (long end = channel.size(); end > 0; ) {
            final long from = Math.max(0, end - piece.capacity());
            piece.clear().limit((int) (end - from));
            channel.read(piece, from);
            for (int i = piece.position() - 1; i >= 0; i--) {
                if (piece.get(i) == '\n') {
                    return from + i + 1;
                }
            }
            end = from;
        }
        return 0;
    }

    SpoolDirectory directory() {
        return directory;
    }

    /**
     * Appends whole lines; waits while there is no room.
     *
     * @throws IOException if it cannot be written although nothing waits to be delivered.
     */
    synchronized void append(final byte[] lines, final int length)
            throws IOException, InterruptedException {
        while (!isOpenEnded && waitingLength() > 0 && waitingLength() + length > lengthMax) {
            wait();
        }
        while (true) {
            try {
                write(lines, length);
                break;
            } catch (final IOException ex) {
                if (!deleteDelivered()) {
                    if (waitingLength() == 0 || isOpenEnded) {
                        throw ex;
                    }
                    wait(); // what is delivered makes room
                }
            }
        }
        appendedLength += length;
        notifyAll();
    }

    private void write(final byte[] lines, final int length) throws IOException {
        if (segments.isEmpty() || appendedLength - segments.getLast().start() >= SEGMENT_LENGTH) {
            addSegment();
        }
        final Segment last = segments.getLast();
        final long at = appendedLength - last.start();
        final ByteBuffer source = ByteBuffer.wrap(lines, 0, length);
        try {
            while (source.hasRemaining()) {
                last.channel().write(source, at + source.position());
            }
        } catch (final IOException ex) {
            last.channel().truncate(at);
            throw ex;
        }
    }

    /** Whether that made room: also the file that lines are appended to goes, if it can. */
    private boolean deleteDelivered() throws IOException {
        boolean isRoom = false;
        while (!segments.isEmpty() && endOf(segments.getFirst()) <= deliveredLength) {
            final Segment first = segments.getFirst();
            if (endOf(first) == first.start()) {
                break; // it is empty, and made for what does not go into it
            }
            delete(segments.removeFirst());
            isRoom = true;
        }
        return isRoom;
    }

    private void addSegment() throws IOException {
        segmentCount++;
        final Path file = directory.path().resolve("%08d%s".formatted(segmentCount, SUFFIX));
        segments.add(new Segment(file, disk.open(file), appendedLength));
    }

    /** Nothing waits any more, whatever its bound: what still comes is little. */
    synchronized void openEnd() {
        isOpenEnded = true;
        notifyAll();
    }

    /** Nothing more will be appended. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Whether everything that was appended is delivered. */
    synchronized boolean isDelivered() {
        return waitingLength() == 0;
    }

    /** How much waits to be delivered. */
    synchronized long waitingLength() {
        return appendedLength - deliveredLength;
    }

    /**
     * Reads the next whole lines, without taking them away; waits until there are some.
     *
     * @param target longer than any line.
     * @return how many bytes; 0 if everything is delivered and nothing more will come.
     */
    int peek(final byte[] target) throws IOException, InterruptedException {
        final Segment segment;
        final long at;
        final int length;
        synchronized (this) {
            while (waitingLength() == 0) {
                if (ended) {
                    return 0;
                }
                wait();
            }
            segment = segmentAt(deliveredLength);
            at = deliveredLength - segment.start();
            length = (int) Math.min(target.length, endOf(segment) - deliveredLength);
        }
        final ByteBuffer buffer = ByteBuffer.wrap(target, 0, length);
        while (buffer.hasRemaining()) {
            if (segment.channel().read(buffer, at + buffer.position()) < 0) {
                throw new IOException(segment.file() + " is shorter than it was");
            }
        }
        return wholeLines(target, length);
    }

    private Segment segmentAt(final long position) throws IOException {
        while (endOf(segments.getFirst()) <= position) {
            delete(segments.removeFirst());
        }
        return segments.getFirst();
    }

    private long endOf(final Segment segment) {
        long end = appendedLength;
        for (final Segment each : segments) {
            if (each.start() > segment.start()) {
                end = Math.min(end, each.start());
            }
        }
        return end;
    }

    private static int wholeLines(final byte[] bytes, final int length) {
        int end = length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    /** Takes away what was peeked. */
    synchronized void delivered(final int length) {
        deliveredLength += length;
        notifyAll();
    }

    /** Lets go of the directory; it is deleted when everything was delivered. */
    @Override
    public synchronized void close() throws IOException {
        final boolean isOver = ended && waitingLength() == 0;
        while (!segments.isEmpty()) {
            final Segment segment = segments.removeFirst();
            if (isOver) {
                delete(segment);
            } else {
                segment.channel().close();
            }
        }
        directory.close(isOver);
    }

    /** The last line, empty if there is none. Only before anything is delivered. */
    synchronized byte[] lastLine() throws IOException {
        Segment last = null;
        for (final Segment each : segments) {
            last = each.channel().size() > 0 ? each : last; // the newest may have got none
        }
        if (last == null) {
            return new byte[0];
        }
        final ByteBuffer end = ByteBuffer.allocate((int) Math.min(1 << 20, last.channel().size()));
        last.channel().read(end, last.channel().size() - end.capacity());
        int from = Math.max(0, end.position() - 2);
        while (from > 0 && end.get(from - 1) != '\n') {
            from--;
        }
        final byte[] line = new byte[end.position() - from];
        end.get(from, line);
        return line;
    }

    private static void delete(final Segment segment) throws IOException {
        segment.channel().close();
        Files.deleteIfExists(segment.file());
    }
}

package dev.weft.server.cli.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of envelopes, a line each, that grows. What a kill or a broken connection left of a last
 * line is taken away when it is opened; the file is its own memory of how far it came. One thread.
 */
final class ExportFile implements AutoCloseable {
    private static final int PIECE_LENGTH = 64 * 1024;
    private static final Pattern ENVELOPE = Pattern.compile("\\{\"seq\":(\\d{1,19}),.*\\}");
    private static final Pattern GAP =
            Pattern.compile("\\{\"weft\\.gap\":\\{\"from\":\\d+,\"to\":(\\d{1,19}),.*\\}\\}");

    private final FileChannel channel;
    private final Path path;

    private ExportFile(final FileChannel channel, final Path path) {
        this.channel = channel;
        this.path = path;
    }

    /**
     * Opens or makes it.
     *
     * @throws IllegalArgumentException if something else is in it.
     */
    static ExportFile open(final Path path) throws IOException {
        final ExportFile file =
                new ExportFile(
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        path);
        try {
            file.lastSequence();
        } catch (final IOException | IllegalArgumentException ex) {
            file.close();
            throw ex;
        }
        return file;
    }

    /**
     * Cuts off what is no whole line and tells how far the file has come; it is then written on
     * from there.
     *
     * @return last sequence that it holds or tells to be missing, 0 if it is empty.
     * @throws IllegalArgumentException if its last line is none of an export.
     */
    long lastSequence() throws IOException {
        final long end = lineFeedBefore(channel.size()) + 1;
        final long begin = end == 0 ? 0 : lineFeedBefore(end - 1) + 1;
        long sequence = 0;
        if (end > 0) {
            final String line = text(begin, end - 1);
            final Matcher envelope = ENVELOPE.matcher(line);
            final Matcher gap = GAP.matcher(line);
            if (!envelope.matches() && !gap.matches()) {
                throw new IllegalArgumentException(
                        path + " holds something else than an export; its last line is no event");
            }
            sequence = Long.parseLong(envelope.matches() ? envelope.group(1) : gap.group(1));
        } else if (channel.size() > PIECE_LENGTH || (channel.size() > 0 && !beginsLikeAnExport())) {
            throw new IllegalArgumentException(path + " holds something else than an export");
        }
        channel.truncate(end);
        channel.position(end);
        return sequence;
    }

    void write(final ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private boolean beginsLikeAnExport() throws IOException {
        final String begin = text(0, Math.min(channel.size(), 7));
        return "{\"seq\":".startsWith(begin) || "{\"weft.gap\"".startsWith(begin);
    }

    /** Position of the last line feed before a position, -1 if there is none. */
    private long lineFeedBefore(final long position) throws IOException {
        final ByteBuffer piece = ByteBuffer.allocate(PIECE_LENGTH);
        long end = position;
        while (end > 0) {
            final long from = Math.max(0, end - PIECE_LENGTH);
            read(piece.clear().limit((int) (end - from)), from);
            for (int i = piece.limit() - 1; i >= 0; i--) {
                if (piece.get(i) == '\n') {
                    return from + i;
                }
            }
            end = from;
        }
        return -1;
    }

    private String text(final long from, final long to) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(to - from));
        read(bytes, from);
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    private void read(final ByteBuffer target, final long from) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target, from + target.position()) < 0) {
                throw new IOException(path + " became shorter while it was read");
            }
        }
    }
}

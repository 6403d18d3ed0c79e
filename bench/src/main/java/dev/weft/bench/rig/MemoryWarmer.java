package dev.weft.bench.rig;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Touches the machine's memory before a measurement. The first touch of a page on a fresh virtual
 * machine costs its host many times what later ones cost, which would hide every other difference.
 * So: write a large file and delete it.
 */
public final class MemoryWarmer {
    private static final int PIECE_LENGTH = 1 << 20;

    private MemoryWarmer() {}

    /**
     * @param length bytes to write.
     * @return GB/s of the first and of the last quarter; when they are far apart, the memory was
     *     fresh.
     */
    public static double[] warm(final Path directory, final long length) throws IOException {
        final Path file = Files.createTempFile(directory, "warm", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_LENGTH);
            final long quarter = length / 4;
            final double[] rates = new double[4];
            for (int i = 0; i < rates.length; i++) {
                final long start = System.nanoTime();
                for (long written = 0; written < quarter; written += PIECE_LENGTH) {
                    channel.write(piece.clear());
                }
                rates[i] = quarter / (double) (System.nanoTime() - start);
            }
            return new double[] {rates[0], rates[rates.length - 1]};
        } finally {
            Files.delete(file);
        }
    }
}

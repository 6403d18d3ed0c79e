package dev.weft.bench.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes the chunks that the floor writes: frames as long as the real ones, with the next ids. One
 * thread.
 */
final class FloorFrames {
    private static final int CHUNK_LENGTH_MAX = 256 * 1024;
    private static final int CHUNK_HEAD_LENGTH = 8; // six hexadecimal digits, CR, LF
    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "\ndata: {\"seq\":".getBytes(StandardCharsets.US_ASCII);

    private final long loseEvery;
    private final byte[] rest; // from behind the sequence to the empty line
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_LENGTH_MAX);
    private final UnsafeBuffer view = new UnsafeBuffer(chunk);
    private long lastSequence;

    /** Takes a finished chunk. */
    @FunctionalInterface
    interface Sink {
        void write(ByteBuffer chunk) throws IOException;
    }

    /**
     * @param loseEvery leaves out one of so many frames, to prove that the client sees it; 0 for
     *     none.
     */
    FloorFrames(final int eventLength, final long loseEvery) {
        this.loseEvery = loseEvery;
        final String event = new String(EventText.event(eventLength), StandardCharsets.US_ASCII);
        final String made =
                ",\"event\":{\"id\":\"0190a6de-7a9b-7c3e-8f10-2b4c6d8e0f12\",\"ts\":1763631234567890,";
        rest = (made + event.substring(1) + "}\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Gives {@code count} events the next sequences, and writes their frames if anybody wants them.
     */
    void publish(final int count, final boolean wanted, final Sink sink) throws IOException {
        final long from = lastSequence + 1;
        lastSequence += count;
        if (wanted) {
            write(from, sink);
        }
    }

    /** Writes all frames after {@code sequence}. */
    void replay(final long sequence, final Sink sink) throws IOException {
        write(sequence + 1, sink);
    }

    private void write(final long from, final Sink sink) throws IOException {
        int position = CHUNK_HEAD_LENGTH;
        for (long sequence = from; sequence <= lastSequence; sequence++) {
            if (position + rest.length + 64 > CHUNK_LENGTH_MAX) {
                sink.write(finish(position));
                position = CHUNK_HEAD_LENGTH;
            }
            if (loseEvery == 0 || sequence % loseEvery != 0) {
                position = frame(position, sequence);
            }
        }
        if (position > CHUNK_HEAD_LENGTH) {
            sink.write(finish(position));
        }
    }

    private int frame(final int offset, final long sequence) {
        int position = offset;
        view.putBytes(position, ID);
        position += ID.length;
        position += view.putLongAscii(position, sequence);
        view.putBytes(position, DATA);
        position += DATA.length;
        position += view.putLongAscii(position, sequence);
        view.putBytes(position, rest);
        return position + rest.length;
    }

    private ByteBuffer finish(final int end) {
        int length = end - CHUNK_HEAD_LENGTH;
        for (int i = CHUNK_HEAD_LENGTH - 3; i >= 0; i--) {
            view.putByte(i, (byte) Character.forDigit(length & 0xF, 16));
            length >>= 4;
        }
        view.putByte(CHUNK_HEAD_LENGTH - 2, (byte) '\r');
        view.putByte(CHUNK_HEAD_LENGTH - 1, (byte) '\n');
        view.putByte(end, (byte) '\r');
        view.putByte(end + 1, (byte) '\n');
        return chunk.clear().limit(end + 2);
    }
}

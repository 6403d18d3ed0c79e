package dev.weft.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One connection that publishes, pipelined: requests go out without waiting, answers are counted as
 * they come. Requests are repetitions of one prebuilt text, so sending costs a copy and a system
 * call, and the numbers where the server needs them. Confined to the client's thread.
 */
public final class Publisher implements Connection {
    private static final int REQUESTS_PER_WRITE_MAX = 256;

    private final SocketChannel channel;
    private final int requestLength;
    private final int eventCount;
    private final int[] numberOffsets;
    private final EventNumbers numbers;
    private final int requestsPerBuffer;
    private final ByteBuffer requests; // the same over and over, or several of one length in turn
    private final AnswerStream answers = new AnswerStream();
    private final SelectionKey key;
    private int
            pendingCount; // requests wanted, not yet handed to the socket, without the one begun
    private long requestedCount;
    private int nextInTurn; // where in the buffer the next request is

    Publisher(
            final SocketChannel channel,
            final SelectionKey key,
            final List<PublishRequest> inTurn,
            final EventNumbers numbers) {
        this.channel = channel;
        this.key = key;
        this.numbers = numbers;
        final PublishRequest request = inTurn.get(0);
        requestLength = request.bytes().length;
        eventCount = request.eventCount();
        numberOffsets = request.numberOffsets();
        requestsPerBuffer =
                roundUp(
                        Math.max(1, Math.min(REQUESTS_PER_WRITE_MAX, 64 * 1024 / requestLength)),
                        inTurn.size());
        requests = ByteBuffer.allocateDirect(requestLength * requestsPerBuffer);
        for (int i = 0; i < requestsPerBuffer; i++) {
            requests.put(inTurn.get(i % inTurn.size()).bytes());
        }
        requests.flip().limit(0);
    }

    /** Sends {@code count} further requests, now or as soon as the socket takes them. */
    public void send(final int count) throws IOException {
        pendingCount += count;
        requestedCount += count;
        flush();
    }

    /**
     * Sends one request before it returns. The only sending method that another thread than the
     * client's may call, and then no other may be used.
     */
    void sendOneNow() throws IOException {
        take(1);
        while (requests.hasRemaining()) {
            channel.write(requests);
        }
    }

    @Override
    public void onReadable(final ByteBuffer buffer, final UnsafeBuffer view) throws IOException {
        buffer.clear();
        final int length = channel.read(buffer);
        if (length < 0) {
            throw new IOException(
                    "the server closed the publisher's connection after "
                            + answers.count()
                            + " answers");
        }
        answers.accept(view, 0, length);
    }

    @Override
    public void onWritable() throws IOException {
        flush();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Events in each request. */
    public int eventCount() {
        return eventCount;
    }

    /** Requests that were asked for, sent or not. */
    public long requestedCount() {
        return requestedCount;
    }

    /** Requests without an answer. */
    public long unansweredCount() {
        return requestedCount - answers.count();
    }

    public AnswerStream answers() {
        return answers;
    }

    private void flush() throws IOException {
        while (true) {
            if (!requests.hasRemaining()) {
                if (pendingCount == 0) {
                    interest(SelectionKey.OP_READ);
                    return;
                }
                pendingCount -= take(pendingCount);
            }
            channel.write(requests);
            if (requests.hasRemaining()) {
                interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
    }

    /** Makes the next requests ready to be written, at most {@code max} of them. */
    private int take(final int max) {
        final int first = nextInTurn;
        final int count = Math.min(max, requestsPerBuffer - first);
        nextInTurn = (first + count) % requestsPerBuffer;
        requests.limit((first + count) * requestLength).position(first * requestLength);
        for (int request = first; request < first + count; request++) {
            for (final int offset : numberOffsets) {
                numbers.put(requests, request * requestLength + offset);
            }
        }
        return count;
    }

    private static int roundUp(final int count, final int multiple) {
        return (count + multiple - 1) / multiple * multiple;
    }

    private void interest(final int operations) {
        if (key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }
}

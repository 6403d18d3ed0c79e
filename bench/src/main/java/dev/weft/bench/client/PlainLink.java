package dev.weft.bench.client;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One blocking connection that repeats one request, over TCP or a Unix socket alike: what a plain
 * client of the same host does. One thread.
 */
public final class PlainLink implements AutoCloseable {
    private static final int READ_LENGTH = 16 * 1024;

    private final SocketChannel channel;
    private final ByteBuffer request;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_LENGTH);
    private final UnsafeBuffer view = new UnsafeBuffer(buffer);
    private final AnswerStream answers = new AnswerStream();
    private long sentCount;

    public PlainLink(final SocketAddress address, final byte[] request) throws IOException {
        if (address instanceof UnixDomainSocketAddress) {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        } else {
            channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        channel.connect(address);
        this.request = ByteBuffer.allocateDirect(request.length).put(request);
    }

    /** Returns when the system has all of it. */
    public void send() throws IOException {
        request.clear();
        while (request.hasRemaining()) {
            channel.write(request);
        }
        sentCount++;
    }

    /** Waits until no more than so many requests are without an answer. */
    public void await(final long unansweredMax) throws IOException {
        while (sentCount - answers.count() > unansweredMax) {
            buffer.clear();
            final int length = channel.read(buffer);
            if (length < 0) {
                throw new IOException("closed after " + answers.count() + " answers");
            }
            answers.accept(view, 0, length);
        }
    }

    public AnswerStream answers() {
        return answers;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package dev.weft.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The floor: what the machine allows, with nothing of an event server in it. It counts published
 * events without looking at them, keeps none, and writes as many frames of the right length to
 * every stream, one blocking write after another in a plain loop on one thread. It speaks just
 * enough HTTP for the rig's client. A process of its own.
 */
public final class FloorServer {
    private static final Pattern LAST_EVENT_ID = Pattern.compile("(?im)^last-event-id: *(\\d+)");
    private static final int HEAD_LENGTH_MAX = 16 * 1024;
    private static final byte[] STREAM_HEAD =
            """
            HTTP/1.1 200 OK
            Content-Type: text/event-stream; charset=utf-8
            Cache-Control: no-store, no-transform
            Transfer-Encoding: chunked

            """
                    .replace("\n", "\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocketChannel acceptor;
    private final Selector selector;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(256 * 1024);
    private final UnsafeBuffer view = new UnsafeBuffer(readBuffer);
    private final FloorFrames frames =
            new FloorFrames(EventText.LENGTH, Long.getLong("weft.floor.lose", 0));
    private final List<SocketChannel> streams = new ArrayList<>();

    private FloorServer() throws IOException {
        acceptor = ServerSocketChannel.open();
        acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
        acceptor.configureBlocking(false);
        selector = Selector.open();
        acceptor.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Listens on a free port, prints it as Weft does, and serves until it is killed. */
    public static void main(final String[] args) throws IOException {
        final FloorServer server = new FloorServer();
        final int port = ((InetSocketAddress) server.acceptor.getLocalAddress()).getPort();
        System.out.println("floor ready http://127.0.0.1:" + port);
        while (true) {
            server.selector.select(server::ready);
        }
    }

    private void ready(final SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                publishes((SocketChannel) key.channel(), (FloorRequests) key.attachment());
            }
        } catch (final IOException ex) {
            key.cancel();
            close(key.channel());
        }
    }

    private void accept() throws IOException {
        while (true) {
            final SocketChannel channel = acceptor.accept();
            if (channel == null) {
                return;
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            readBuffer.clear();
            channel.configureBlocking(true);
            final int length = channel.read(readBuffer); // the client writes at once
            if (length > 0 && view.getByte(0) == 'G') {
                openStream(channel, length);
            } else if (length > 0) {
                channel.configureBlocking(false);
                final FloorRequests requests = new FloorRequests();
                channel.register(selector, SelectionKey.OP_READ, requests);
                answer(channel, requests, length);
            } else {
                channel.close();
            }
        }
    }

    private void openStream(final SocketChannel channel, final int length) throws IOException {
        final String head = view.getStringWithoutLengthAscii(0, Math.min(length, HEAD_LENGTH_MAX));
        writeWhole(channel, ByteBuffer.wrap(STREAM_HEAD));
        final Matcher resume = LAST_EVENT_ID.matcher(head.toLowerCase(Locale.ROOT));
        if (resume.find()) {
            frames.replay(Long.parseLong(resume.group(1)), chunk -> writeWhole(channel, chunk));
        }
        streams.add(channel);
    }

    private void publishes(final SocketChannel channel, final FloorRequests requests)
            throws IOException {
        readBuffer.clear();
        final int length = channel.read(readBuffer);
        if (length < 0) {
            throw new IOException("closed");
        }
        answer(channel, requests, length);
    }

    private void answer(final SocketChannel channel, final FloorRequests requests, final int length)
            throws IOException {
        final int eventCount = requests.accept(view, length);
        if (eventCount > 0) {
            frames.publish(eventCount, !streams.isEmpty(), this::toEveryStream);
        }
        writeWhole(channel, requests.takeAnswers());
    }

    private void toEveryStream(final ByteBuffer chunk) {
        final Iterator<SocketChannel> all = streams.iterator();
        while (all.hasNext()) {
            final SocketChannel stream = all.next();
            chunk.rewind();
            try {
                writeWhole(stream, chunk);
            } catch (final IOException ex) {
                all.remove();
                close(stream);
            }
        }
    }

    private static void writeWhole(final SocketChannel channel, final ByteBuffer bytes)
            throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void close(final Channel channel) {
        try {
            channel.close();
        } catch (final IOException ex) {
            // Nothing to be done: the client of this round is gone.
        }
    }
}

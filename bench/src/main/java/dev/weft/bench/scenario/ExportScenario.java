package dev.weft.bench.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * All of a journal as lines, to one client that counts line feeds and does nothing else: once
 * without a filter, straight from the journal's blocks, and once with one that lets everything
 * pass, by way of the index.
 */
public final class ExportScenario implements Scenario {
    private static final int REQUEST_EVENTS = 10_000;
    private static final int BUFFER_LENGTH = 1 << 20;

    private final int eventCount;

    /**
     * @param eventCount of the journal, a multiple of 10,000.
     */
    public ExportScenario(final int eventCount) {
        this.eventCount = eventCount;
    }

    @Override
    public Question question() {
        return new Question(
                "export",
                ("Export of %,d events of %d bytes as NDJSON over loopback to one client on the same machine, which"
                                + " counts the lines. Plain: everything. Filtered: a prefix of the type that all events"
                                + " have, found by the index. Files are in the page cache.")
                        .formatted(eventCount, EventText.LENGTH),
                "",
                List.of(
                        Goal.atLeast("plain MB/s", "MB", 500),
                        Goal.atLeast("filtered MB/s", "MB", 500)),
                List.of(Picture.rounds("plain MB/s"), Picture.rounds("filtered MB/s")));
    }

    /** Others have no history. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.name().equals(Report.PRODUCT);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        if (server.publishedCount() == 0) {
            fill(server);
        }
        export(server, measure, "plain", "/events");
        export(server, measure, "filtered", "/events?type=bench.*");
        return measure.round();
    }

    private void fill(final ServerProcess server) throws IOException {
        try (LoadClient client = new LoadClient(server)) {
            final Publisher publisher = client.linePublisher(REQUEST_EVENTS);
            for (int sent = 0; sent < eventCount; sent += REQUEST_EVENTS) {
                publisher.send(1);
                client.await("an answer", 20, () -> publisher.unansweredCount() == 0);
            }
            server.published(eventCount);
        }
    }

    private void export(
            final ServerProcess server, final Measure measure, final String name, final String path)
            throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_LENGTH);
        try (SocketChannel socket =
                SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
            measure.start();
            // Without chunks, so that every line feed behind the head ends an event.
            final String request =
                    "GET " + path + " HTTP/1.0\r\nAccept: application/x-ndjson\r\n\r\n";
            socket.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
            long length = 0;
            long lines = -headLines(socket, buffer);
            do {
                length += buffer.position();
                lines += lineFeeds(buffer);
                buffer.clear();
            } while (socket.read(buffer) >= 0);
            measure.stop();
            measure.value(name + " MB/s", length / measure.seconds() / 1e6);
            measure.value(name + " events/s", lines / measure.seconds());
            measure.value(name + " server CPU per event, ns", measure.cpuSeconds() * 1e9 / lines);
            if (lines != eventCount) {
                measure.violation("%s: %d of %d events".formatted(name, lines, eventCount));
            }
        }
    }

    /** Reads until the head is whole; how many lines it has. */
    private static int headLines(final SocketChannel socket, final ByteBuffer buffer)
            throws IOException {
        while (true) {
            if (socket.read(buffer) < 0) {
                throw new EOFException("no answer");
            }
            final String read = US_ASCII.decode(buffer.duplicate().flip()).toString();
            final int end = read.indexOf("\r\n\r\n");
            if (end >= 0) {
                if (!read.startsWith("HTTP/1.1 200")) {
                    throw new IOException(read.substring(0, end));
                }
                return read.substring(0, end + 4).split("\n", -1).length - 1;
            }
        }
    }

    private static int lineFeeds(final ByteBuffer buffer) {
        final int end = buffer.position();
        int count = 0;
        for (int i = 0; i < end; i++) {
            count += buffer.get(i) == '\n' ? 1 : 0;
        }
        return count;
    }
}

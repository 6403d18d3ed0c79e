package dev.weft.bench.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sessions whose commands print lines at a steady pace: from the moment before a line is printed,
 * by the clock of the process that prints it, to the read of its event by a subscriber. Both read
 * the machine's monotonic clock.
 */
public final class SessionOutputScenario implements Scenario {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int READ_LENGTH = 1 << 20;
    private static final byte[] VALUE = "\"value\":".getBytes(US_ASCII);
    private static final double WARM_UP_S = 2;
    private static final int START_MAX_S = 60;
    private static final String PROGRAM =
            """
            import json, random, sys, time
            rate, count = int(sys.argv[1]), int(sys.argv[2])
            run = json.loads(sys.stdin.readline())
            out = sys.stdout
            out.write('{"type":"RUN_STARTED","threadId":"%s","runId":"%s"}\\n' % (run["threadId"], run["runId"]))
            out.flush()
            start = time.monotonic() + 0.5 + random.random() / rate
            for i in range(count):
                pause = start + i / rate - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                out.write('{"type":"CUSTOM","name":"tick","value":%d}\\n' % time.monotonic_ns())
                out.flush()
            out.write('{"type":"RUN_FINISHED","threadId":"%s","runId":"%s"}\\n' % (run["threadId"], run["runId"]))
            """;

    private final int sessions;
    private final int linesPerSecond;
    private final double seconds;
    private final HttpClient client = HttpClient.newHttpClient();

    /** So many sessions that print so much for so long, behind a warm-up. */
    public SessionOutputScenario(
            final int sessions, final int linesPerSecond, final double seconds) {
        this.sessions = sessions;
        this.linesPerSecond = linesPerSecond;
        this.seconds = seconds;
    }

    /** What the server is started with, besides; the program is written where it looks for it. */
    public List<String> options(final Path work) throws IOException {
        final Path program = work.toAbsolutePath().resolve("ticker.py");
        Files.writeString(program, PROGRAM);
        return List.of(
                "--session-command",
                "tick=python3 '%s' %d %d".formatted(program, linesPerSecond, lineCount()));
    }

    private int lineCount() {
        return (int) ((WARM_UP_S + seconds) * linesPerSecond);
    }

    @Override
    public Question question() {
        return new Question(
                "session-output",
                ("%d sessions, each with a command of its own (Python) that prints %d lines/s, an AG-UI event"
                                + " each, evenly spaced; one SSE subscriber gets them all. From the moment before"
                                + " a line is printed to the read of its event. %.0f s a round behind %.0f s of"
                                + " warm-up. The %d processes that print share the machine.")
                        .formatted(sessions, linesPerSecond, seconds, WARM_UP_S, sessions),
                "Line printed to event read by the subscriber",
                List.of(Goal.atMost("p50, ms", "ms", 1), Goal.atMost("p99, ms", "ms", 5)),
                List.of(Picture.percentiles(), Picture.bars("server CPU per line, µs")));
    }

    /** Others have no sessions. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.name().equals(Report.PRODUCT);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        final String base = "http://127.0.0.1:" + server.port() + "/v1/sessions";
        final List<String> ids = new ArrayList<>();
        try (SocketChannel stream = subscribe(server)) {
            for (int i = 0; i < sessions; i++) {
                ids.add(
                        JSON.readTree(post(base, "{\"task\":\"tick\",\"driver\":\"tick\"}", 201))
                                .path("id")
                                .asString());
            }
            for (final String id : ids) {
                awaitRunning(base, id);
            }
            for (final String id : ids) {
                post(base + '/' + id + "/message", "{\"content\":\"go\"}", 202);
            }
            read(stream, measure);
        } finally {
            for (final String id : ids) {
                request(HttpRequest.newBuilder(URI.create(base + '/' + id)).DELETE().build());
            }
        }
        return measure.round();
    }

    private void read(final SocketChannel stream, final Measure measure) throws IOException {
        final long all = (long) sessions * lineCount();
        final long warmUp = (long) (sessions * WARM_UP_S * linesPerSecond);
        final Histogram times = measure.times();
        final ByteBuffer buffer = ByteBuffer.allocate(READ_LENGTH);
        long count = 0;
        while (count < all) {
            if (stream.read(buffer) < 0) {
                throw new IOException(
                        "the stream ended after %d of %d lines".formatted(count, all));
            }
            final long nowNs = System.nanoTime();
            int from = 0;
            for (int at = next(buffer, 0); at >= 0; at = next(buffer, at)) {
                final long printedNs = number(buffer, at);
                if (printedNs < 0) {
                    break; // not all of it is here
                }
                from = at;
                count++;
                if (count == warmUp) {
                    measure.start();
                } else if (count > warmUp) {
                    times.recordValue(Math.max(0, nowNs - printedNs));
                }
            }
            buffer.flip().position(Math.max(from, buffer.limit() - READ_LENGTH / 2));
            buffer.compact();
        }
        measure.stop();
        for (final double percentile : new double[] {50, 99, 99.9}) {
            final String name =
                    percentile == Math.rint(percentile)
                            ? String.valueOf((int) percentile)
                            : String.valueOf(percentile);
            measure.value("p" + name + ", ms", times.getValueAtPercentile(percentile) / 1e6);
        }
        measure.value("max, ms", times.getMaxValue() / 1e6);
        measure.value("lines/s", (all - warmUp) / measure.seconds());
        measure.value("server CPU per line, µs", measure.cpuSeconds() * 1e6 / (all - warmUp));
        measure.count("lines", count);
    }

    /** Position behind the next name of the value, or -1. */
    private static int next(final ByteBuffer buffer, final int from) {
        final int end = buffer.position() - VALUE.length;
        for (int i = from; i <= end; i++) {
            int matched = 0;
            while (matched < VALUE.length && buffer.get(i + matched) == VALUE[matched]) {
                matched++;
            }
            if (matched == VALUE.length) {
                return i + VALUE.length;
            }
        }
        return -1;
    }

    /** The number there; -1 if its end is not there yet. */
    private static long number(final ByteBuffer buffer, final int at) {
        long number = 0;
        for (int i = at; i < buffer.position(); i++) {
            final byte digit = buffer.get(i);
            if (digit < '0' || digit > '9') {
                return number;
            }
            number = 10 * number + digit - '0';
        }
        return -1;
    }

    private static SocketChannel subscribe(final ServerProcess server) throws IOException {
        final SocketChannel stream =
                SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        stream.write(
                ByteBuffer.wrap(
                        "GET /events/stream?type=CUSTOM HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(US_ASCII)));
        final ByteBuffer head = ByteBuffer.allocate(4_096);
        while (!US_ASCII.decode(head.duplicate().flip()).toString().contains("\r\n\r\n")) {
            if (stream.read(head) < 0) {
                throw new IOException("no stream");
            }
        }
        return stream;
    }

    private void awaitRunning(final String base, final String id) throws IOException {
        final long deadline = System.nanoTime() + START_MAX_S * 1_000_000_000L;
        while (true) {
            final String status =
                    JSON.readTree(
                                    request(
                                                    HttpRequest.newBuilder(
                                                                    URI.create(base + '/' + id))
                                                            .build())
                                            .body())
                            .path("status")
                            .asString();
            if (status.equals("running")) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("session " + id + " is " + status);
            }
        }
    }

    private String post(final String url, final String body, final int status) throws IOException {
        final HttpResponse<String> answer =
                request(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build());
        if (answer.statusCode() != status) {
            throw new IOException(url + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private HttpResponse<String> request(final HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        }
    }
}

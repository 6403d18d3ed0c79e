package dev.weft.bench.scenario;

import dev.weft.bench.client.SimpleLink;
import dev.weft.bench.client.SimpleLink.Request;
import dev.weft.bench.client.ValueStream;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;

/**
 * Sessions whose commands print lines at a steady pace: from the moment before a line is printed,
 * by the clock of the process that prints it, to the read of its event by a subscriber. Both read
 * the machine's monotonic clock.
 */
public final class SessionOutputScenario implements Scenario {
    private static final double WARM_UP_S = 2;
    private static final int DIGITS = 3;
    private static final int REFUSED = 300;
    private static final String PROGRAM =
            """
            import json, random, sys, time
            rate, count = int(sys.argv[1]), int(sys.argv[2])
            out = sys.stdout
            out.write('{"type":"CUSTOM","name":"ready","value":0}\\n')
            out.flush()
            run = json.loads(sys.stdin.readline())
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
            out.flush()
            sys.stdin.readline() # none ends while others still print
            """;

    private final int sessions;
    private final int linesPerSecond;
    private final double seconds;

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
        final String path = "/sessions/r" + number + '-';
        try (ValueStream stream = new ValueStream(server.port(), "/events/stream?type=CUSTOM");
                SimpleLink link = new SimpleLink(server.port())) {
            for (int i = 0; i < sessions; i++) {
                final String id = "r" + number + '-' + i;
                final String body = "{\"task\":\"tick\",\"driver\":\"tick\",\"id\":\"" + id + "\"}";
                ask(link, new Request("POST", "/sessions", body));
            }
            final Lines ready = new Lines();
            while (ready.count < sessions) {
                stream.read(ready);
            }
            for (int i = 0; i < sessions; i++) {
                ask(link, new Request("POST", path + i + "/message", "{\"content\":\"go\"}"));
            }
            read(stream, measure);
            for (int i = 0; i < sessions; i++) {
                ask(link, new Request("DELETE", path + i, ""));
            }
        }
        return measure.round();
    }

    private static void ask(final SimpleLink link, final Request request) throws IOException {
        final SimpleLink.Answer answer = link.ask(request);
        if (answer.status() >= REFUSED) {
            throw new IOException(request.path() + ": " + answer);
        }
    }

    /** What has come: how many, and how long it took when that counts. */
    private static final class Lines implements LongConsumer {
        private final Histogram times = new Histogram(DIGITS);
        private long count;

        @Override
        public void accept(final long printedNs) {
            count++;
            if (printedNs > 0) {
                times.recordValue(Math.max(0, System.nanoTime() - printedNs));
            }
        }
    }

    private void read(final ValueStream stream, final Measure measure) throws IOException {
        final long all = (long) sessions * lineCount();
        final long warmUp = (long) (sessions * WARM_UP_S * linesPerSecond);
        final Lines lines = new Lines();
        while (lines.count < warmUp) {
            stream.read(lines);
        }
        measure.start();
        lines.times.reset();
        final long from = lines.count;
        while (lines.count < all) {
            stream.read(lines);
        }
        measure.stop();
        final Histogram times = lines.times;
        measure.times().add(times);
        measure.value("p50, ms", times.getValueAtPercentile(50) / 1e6);
        measure.value("p99, ms", times.getValueAtPercentile(99) / 1e6);
        measure.value("p99.9, ms", times.getValueAtPercentile(99.9) / 1e6);
        measure.value("max, ms", times.getMaxValue() / 1e6);
        measure.value("lines/s", (all - from) / measure.seconds());
        measure.value("server CPU per line, µs", measure.cpuSeconds() * 1e6 / (all - from));
        measure.count("lines", lines.count);
    }
}

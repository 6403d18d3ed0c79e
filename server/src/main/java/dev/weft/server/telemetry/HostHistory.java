package dev.weft.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * A quarter of an hour of a real Linux host, as events: what its {@code /proc} said once a second
 * while programs were compiled and tested on it. It can be replayed any number of times, each time
 * later and with other processes, so a small file makes a history of any length. How it was
 * recorded: {@code scripts/host-history record}. Immutable; any thread.
 */
public final class HostHistory {
    private static final String RESOURCE = "host-history.ndjson.gz";
    private static final String SUBJECT = "\"subject\":\"process/";
    private static final String TIME = "\"occurred_at\":";
    private static final int MICROS_DIGITS = 16;
    private static final long PAUSE_US = 1_000_000L; // between two rounds, as between two looks

    private final List<String> lines;
    private final long beginUs;
    private final long lengthUs;

    private HostHistory(final List<String> lines) {
        this.lines = lines;
        beginUs = timeUs(lines.get(0));
        lengthUs = timeUs(lines.get(lines.size() - 1)) - beginUs + PAUSE_US;
    }

    /** Reads the recording, about 1 MB of text. */
    public static HostHistory load() {
        try (InputStream file = HostHistory.class.getResourceAsStream(RESOURCE)) {
            if (file == null) {
                throw new IllegalStateException("not in the jar: " + RESOURCE);
            }
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(file), UTF_8))) {
                return new HostHistory(reader.lines().toList());
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Events of one round. */
    public int size() {
        return lines.size();
    }

    /**
     * Tells events as they can be published, one JSON object each.
     *
     * @param count of events, over as many rounds as it takes.
     * @param fromUs when the first one occurred, microseconds since the epoch.
     */
    public void replay(final long count, final long fromUs, final Consumer<String> consumer) {
        for (long i = 0; i < count; i++) {
            final long round = i / lines.size();
            final String line = lines.get((int) (i % lines.size()));
            consumer.accept(moved(line, round, fromUs - beginUs + round * lengthUs));
        }
    }

    /** The same event at another time; a process of another round is another process. */
    private static String moved(final String line, final long round, final long byUs) {
        final int time = line.indexOf(TIME) + TIME.length();
        final int subject = line.indexOf(SUBJECT);
        final StringBuilder moved = new StringBuilder(line.length() + Long.BYTES);
        if (subject < 0 || round == 0) {
            moved.append(line, 0, time);
        } else {
            final int id = subject + SUBJECT.length();
            moved.append(line, 0, id).append(round).append('-').append(line, id, time);
        }
        return moved.append(timeUs(line) + byUs)
                .append(line, time + MICROS_DIGITS, line.length())
                .toString();
    }

    private static long timeUs(final String line) {
        final int time = line.indexOf(TIME) + TIME.length();
        return Long.parseLong(line, time, time + MICROS_DIGITS, 10);
    }
}

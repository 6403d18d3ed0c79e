package dev.weft.server.cli.publish;

import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.PublishClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Publishes lines in batches. A batch goes out when no further line is waiting or when it is full,
 * so a slow source is published line by line and a file in large requests. Each batch is answered
 * before the next one is sent: the order of the lines is the order in the journal, also after a
 * repetition. One thread.
 */
public final class LinePublisher {
    static final int BATCH_LENGTH_MAX = 1 << 20;
    private static final int TOLD_MAX = 20; // refused lines of a batch
    private static final int BATCH_LINES_MAX =
            5_000; // far inside the window in which the server knows ids again

    private final PublishClient client;
    private final Progress progress;
    private final LineSource source;
    private final PrintWriter err;
    private final StringBuilder batch = new StringBuilder();
    private final List<Long> batchLines =
            new ArrayList<>(); // number in the input of each line of the batch
    private boolean isNothingRead = true;

    public LinePublisher(
            final PublishClient client,
            final Progress progress,
            final LineSource source,
            final PrintWriter err) {
        this.client = client;
        this.progress = progress;
        this.source = source;
        this.err = err;
    }

    /**
     * Reads to the end and publishes everything; refused lines are told and do not stop it.
     *
     * @param before lines of the input that were read already.
     */
    public void publishAll(final BufferedReader lines, final long before)
            throws IOException, InterruptedException {
        long number = before;
        String last = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            last = line;
            if (!line.isBlank()) {
                add(line, number);
            }
            if (batchLines.size() >= BATCH_LINES_MAX
                    || batch.length() >= BATCH_LENGTH_MAX
                    || !lines.ready()) {
                flush();
                source.onDone(number, line);
            }
        }
        if (number > before) {
            flush();
            source.onDone(number, last);
        }
    }

    /** Whether there was no line but blank ones. */
    boolean isNothingRead() {
        return isNothingRead;
    }

    private void add(final String line, final long number) {
        isNothingRead = false;
        try {
            final String event = source.event(line, number);
            if (event != null) {
                batch.append(event).append('\n');
                batchLines.add(number);
            }
        } catch (final IllegalArgumentException ex) {
            reject(number, String.valueOf(ex.getMessage()));
        }
    }

    private void flush() throws IOException, InterruptedException {
        if (batchLines.isEmpty()) {
            return;
        }
        final HttpResponse<String> answer =
                client.publish("application/x-ndjson", batch.toString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    "lines %d to %d refused: %d %s"
                            .formatted(
                                    batchLines.get(0),
                                    batchLines.get(batchLines.size() - 1),
                                    answer.statusCode(),
                                    Problems.detail(answer.body())));
        }
        final JsonNode result = Problems.json(answer.body());
        int told = 0;
        for (final JsonNode error : result.path("errors")) {
            if (told == TOLD_MAX) {
                break;
            }
            final int line = error.path("line").asInt(1);
            reject(
                    line >= 1 && line <= batchLines.size() ? batchLines.get(line - 1) : 0,
                    error.path("detail").asString("refused"));
            told++;
        }
        final long untold = result.path("rejected").asLong(0) - told;
        if (untold > 0) {
            progress.rejected(untold);
            tell("and " + untold + " more up to line " + batchLines.get(batchLines.size() - 1));
        }
        progress.accepted(result);
        batch.setLength(0);
        batchLines.clear();
    }

    private void tell(final String text) {
        progress.clearLine();
        err.println(text);
        err.flush();
    }

    private void reject(final long number, final String reason) {
        progress.rejected(1);
        tell("line " + number + ": " + reason);
    }
}

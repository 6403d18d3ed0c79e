package dev.weft.server.cli.run;

import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.Backoff;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.PublishClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Brings what is in a spool to the server, in order, each event once: batches are answered one by
 * one, every event has an id that the server knows again, and after a time without answers it is
 * asked for the last one that it has. Goes on for as long as it takes, or until it is told by when
 * to have given up. Runs on a thread of its own; {@link #finish} any other.
 */
final class Delivery implements Runnable {
    private static final int BATCH_LENGTH_MAX = 2 << 20;
    private static final long PAUSE_MAX_MS = 2_000;
    private static final int OK = 200;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final Spool spool;
    private final ClientOptions options;
    private final PublishClient client;
    private final HttpClient reader;
    private final Consumer<String> tell;
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private final byte[] batch = new byte[BATCH_LENGTH_MAX];
    private boolean isAway; // told once for each time
    private long lastSuccessNs = System.nanoTime();

    // Guarded by this.
    private long patienceNs = Long.MAX_VALUE;

    /**
     * Makes it.
     *
     * @param isLeftover whether somebody else has delivered a part already.
     * @param tell takes sentences for people.
     */
    Delivery(
            final Spool spool,
            final ClientOptions options,
            final boolean isLeftover,
            final Consumer<String> tell) {
        this.spool = spool;
        this.options = options;
        this.tell = tell;
        client = new PublishClient(options, Duration.ZERO, null);
        reader = options.client();
        isAway = isLeftover;
    }

    @Override
    public void run() {
        try {
            for (int length = spool.peek(batch); length > 0; length = spool.peek(batch)) {
                final int skipped = isAway ? skip(length) : 0;
                if (skipped < length && !deliver(skipped, length)) {
                    return;
                }
                spool.delivered(length);
            }
        } catch (final IOException ex) {
            tell.accept("the spool cannot be read: " + ex.getMessage());
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on it gives up when there was no success for so long. */
    synchronized void finish(final Duration patience) {
        patienceNs = Math.min(patienceNs, patience.toNanos());
        notifyAll();
    }

    /** Whether the server has it; false if it is time to give up. */
    private boolean deliver(final int skipped, final int length) throws InterruptedException {
        int from = skipped;
        while (from < length) {
            final String trouble = attempt(from, length);
            if (trouble == null) {
                lastSuccessNs = System.nanoTime();
                backoff.succeeded();
                isAway = false;
                return true;
            }
            if (!isAway) {
                isAway = true;
                tell.accept(
                        "not delivered, kept in %s for now: %s"
                                .formatted(spool.directory().path(), trouble));
            }
            if (!pause()) {
                return false;
            }
            from = Math.max(from, skip(length));
        }
        return true;
    }

    /** What went wrong, null if nothing did. */
    private @Nullable String attempt(final int from, final int length) throws InterruptedException {
        try {
            final HttpResponse<String> answer =
                    client.publish(
                            "application/x-ndjson",
                            BodyPublishers.ofByteArray(batch, from, length - from));
            if (answer.statusCode() / 100 != 2) {
                return answer.statusCode() + " " + Problems.detail(answer.body());
            }
            for (final JsonNode error : Problems.json(answer.body()).path("errors")) {
                tell.accept("refused: " + error.path("detail").asString("an event"));
            }
            return null;
        } catch (final IOException ex) {
            return String.valueOf(ex.getMessage());
        }
    }

    private synchronized boolean pause() throws InterruptedException {
        final long untilNs =
                System.nanoTime() + Math.min(PAUSE_MAX_MS, backoff.failed()) * 1_000_000;
        while (untilNs - System.nanoTime() > 0) {
            if (System.nanoTime() - lastSuccessNs > patienceNs) {
                return false;
            }
            wait(Math.max(1, Math.min(50, (untilNs - System.nanoTime()) / 1_000_000)));
        }
        return System.nanoTime() - lastSuccessNs <= patienceNs;
    }

    /** How much of the batch the server has already, as far as it says so. */
    private int skip(final int length) throws InterruptedException {
        final long known = knownNumber();
        int from = 0;
        while (from < length && numberAt(from) <= known) {
            int end = from;
            while (batch[end] != '\n') {
                end++;
            }
            from = end + 1;
        }
        return from;
    }

    /**
     * The number in the id of the event at the beginning of a line; more than any if the line is
     * damaged: then the server is to say so.
     */
    private long numberAt(final int from) {
        int p = from;
        while (batch[p] != RunIdentity.NUMBER_MARK) {
            if (batch[p] == '\n') {
                return Long.MAX_VALUE;
            }
            p++;
        }
        long number = 0;
        for (p++; batch[p] >= '0' && batch[p] <= '9'; p++) {
            number = 10 * number + batch[p] - '0';
        }
        return batch[p] == '"' ? number : Long.MAX_VALUE;
    }

    /** Number of the newest event of this run that the server has; 0 if it does not say. */
    private long knownNumber() throws InterruptedException {
        try {
            final HttpResponse<String> answer =
                    reader.send(
                            options.request(
                                            "/events?limit=1&run_id="
                                                    + spool.directory().identity().run())
                                    .header("Accept", "application/json")
                                    .timeout(ANSWER_TIMEOUT)
                                    .build(),
                            BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() != OK) {
                return 0; // without an index: the ids have to do
            }
            final String id =
                    Problems.json(answer.body())
                            .path("events")
                            .path(0)
                            .path("event")
                            .path("id")
                            .asString("");
            final String begin = spool.directory().identity().run() + RunIdentity.NUMBER_MARK;
            return id.startsWith(begin) ? Long.parseLong(id.substring(begin.length())) : 0;
        } catch (final IOException ex) {
            return 0; // still away
        }
    }
}

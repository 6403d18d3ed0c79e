package dev.weft.server.cli.client;

import dev.weft.server.cli.Problems;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends publishes, and sends them again when the answer did not come or says "later". Harmless,
 * because every event carries an id: what was appended the first time is recognised. One thread.
 */
public final class PublishClient {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final ClientOptions options;
    private final HttpClient client;
    private final Duration retryFor;
    private final @Nullable String durability;
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());

    /**
     * Makes a client.
     *
     * @param retryFor how long to go on trying without success.
     * @param durability what to ask for, null for the server's default.
     */
    public PublishClient(
            final ClientOptions options,
            final Duration retryFor,
            final @Nullable String durability) {
        this.options = options;
        client = options.client();
        this.retryFor = retryFor;
        this.durability = durability;
    }

    /**
     * Publishes.
     *
     * @return the first answer that is final: 2xx, or a refusal that no repetition changes.
     * @throws IOException if there was none in time; the message says what the last try came to.
     */
    public HttpResponse<String> publish(final String contentType, final String body)
            throws IOException, InterruptedException {
        return publish(contentType, BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    }

    /** The same with a body that can be sent several times. */
    public HttpResponse<String> publish(final String contentType, final BodyPublisher body)
            throws IOException, InterruptedException {
        final HttpRequest.Builder request =
                options.request("/events")
                        .header("Content-Type", contentType)
                        .timeout(ANSWER_TIMEOUT)
                        .POST(body);
        if (durability != null) {
            request.header("Weft-Durability", durability);
        }
        final long deadline = System.nanoTime() + retryFor.toNanos();
        while (true) {
            String trouble;
            try {
                final HttpResponse<String> answer =
                        client.send(request.build(), BodyHandlers.ofString());
                if (!isLater(answer.statusCode())) {
                    backoff.succeeded();
                    return answer;
                }
                trouble = answer.statusCode() + " " + Problems.detail(answer.body());
            } catch (final IOException ex) {
                trouble = Problems.reason(ex);
            }
            final long waitMs = backoff.failed();
            if (System.nanoTime() + waitMs * 1_000_000 - deadline > 0) {
                throw new IOException("no success at " + options.url() + ": " + trouble);
            }
            Thread.sleep(waitMs);
        }
    }

    /** Whether the same request may succeed later. */
    private static boolean isLater(final int status) {
        return status == 429
                || status == 500
                || status == 502
                || status == 503
                || status == 504
                || status == 507;
    }
}

package dev.weft.server.cli.bridge;

import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventFeed;
import dev.weft.server.bridge.fabric.EventRefusedException;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.RequestPath;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A server that is spoken to over HTTP. Any thread of the bridge. */
final class HttpFabric implements Fabric {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
    private static final int PAGE_LIMIT = 100;

    private final ClientOptions options;
    private final HttpClient client;
    private final List<String> filter;

    /**
     * Makes it.
     *
     * @param filter which events go out: names and values of parameters in turn.
     */
    HttpFabric(final ClientOptions options, final List<String> filter) {
        this.options = options;
        this.filter = List.copyOf(filter);
        client = options.client();
    }

    @Override
    public Outcome publish(final EventBatch batch) throws FabricException, EventRefusedException {
        final HttpRequest request =
                options.request("/events")
                        .header("Content-Type", "application/json")
                        .timeout(ANSWER_TIMEOUT)
                        .POST(BodyPublishers.ofByteArray(batch.array()))
                        .build();
        final HttpResponse<String> answer;
        try {
            answer = client.send(request, BodyHandlers.ofString());
        } catch (final IOException ex) {
            return Outcome.UNCLEAR;
        } catch (final InterruptedException ex) {
            throw interrupted();
        }
        final int status = answer.statusCode();
        if (status / 100 == 2) {
            return Outcome.APPENDED;
        }
        final JsonNode body = Problems.json(answer.body());
        if (body.path("index").isNumber()) {
            throw new EventRefusedException(
                    body.path("index").asInt(), Problems.detail(answer.body()));
        }
        if (status == 429 || status == 507 || (status == 503 && !body.has("first_seq"))) {
            return Outcome.LATER;
        }
        if (status >= 500) {
            return Outcome.UNCLEAR;
        }
        throw refused(status, answer.body());
    }

    @Override
    public @Nullable String newestId(final String causationId, final Predicate<String> wanted)
            throws FabricException {
        final JsonNode page =
                json(
                        new RequestPath("/events")
                                .add("causation_id", causationId)
                                .add("limit", PAGE_LIMIT)
                                .add("fields", "id")
                                .toString());
        for (final JsonNode event : page.path("events")) {
            final String id = event.path("event").path("id").asString("");
            if (wanted.test(id)) {
                return id;
            }
        }
        return null;
    }

    @Override
    public long head() throws FabricException {
        return json("/health").path("head").asLong(0);
    }

    private JsonNode json(final String path) throws FabricException {
        final HttpRequest request =
                options.request(path)
                        .header("Accept", "application/json")
                        .timeout(ANSWER_TIMEOUT)
                        .build();
        try {
            final HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw refused(answer.statusCode(), answer.body());
            }
            return Problems.json(answer.body());
        } catch (final IOException ex) {
            throw unreachable(ex);
        } catch (final InterruptedException ex) {
            throw interrupted();
        }
    }

    @Override
    public EventFeed feed(final long afterSequence) throws FabricException {
        final RequestPath path = new RequestPath("/events/stream").add("after", afterSequence);
        for (int i = 0; i + 1 < filter.size(); i += 2) {
            path.add(filter.get(i), filter.get(i + 1));
        }
        final HttpRequest request =
                options.request(path.toString()).header("Accept", "application/x-ndjson").build();
        try {
            final HttpResponse<InputStream> answer =
                    client.send(request, BodyHandlers.ofInputStream());
            if (answer.statusCode() != 200) {
                try (InputStream body = answer.body()) {
                    throw refused(
                            answer.statusCode(),
                            new String(body.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            return new LineFeed(answer.body());
        } catch (final IOException ex) {
            throw unreachable(ex);
        } catch (final InterruptedException ex) {
            throw interrupted();
        }
    }

    private FabricException refused(final int status, final String body) {
        final boolean isFinal = status / 100 == 4 && status != 408 && status != 429;
        return new FabricException(
                options.url() + " answers " + status + " " + Problems.detail(body), isFinal);
    }

    private FabricException unreachable(final IOException ex) {
        return new FabricException(
                "no answer from " + options.url() + ": " + Problems.reason(ex), false);
    }

    private static FabricException interrupted() {
        Thread.currentThread().interrupt();
        return new FabricException("interrupted", true);
    }
}

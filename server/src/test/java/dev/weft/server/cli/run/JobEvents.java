package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.cli.Problems;
import dev.weft.server.harness.HttpClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** All events of one job, in their order. */
record JobEvents(List<JsonNode> events) {
    static JobEvents of(final InetSocketAddress address, final String job) throws IOException {
        final List<JsonNode> events = new ArrayList<>();
        try (HttpClient client = new HttpClient(address)) {
            String cursor = "";
            do {
                final JsonNode page =
                        Problems.json(
                                client.get(
                                                "/events?order=asc&limit=1000&subject=job/"
                                                        + job
                                                        + cursor)
                                        .body());
                page.path("events").forEach(each -> events.add(each.path("event")));
                final JsonNode next = page.path("next_cursor");
                cursor = next.isString() ? "&cursor=" + next.asString() : "";
            } while (!cursor.isEmpty());
        }
        return new JobEvents(events);
    }

    List<String> types() {
        return events.stream().map(event -> event.path("type").asString()).toList();
    }

    /** Without the output. */
    List<String> milestones() {
        return types().stream().filter(type -> !type.equals("step.output")).toList();
    }

    /** Data of the only event of a type. */
    JsonNode data(final String type) {
        final List<JsonNode> found =
                events.stream()
                        .filter(event -> event.path("type").asString().equals(type))
                        .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of " + type + " in " + types());
        }
        return found.get(0).path("data");
    }

    /** The numbers that the run gave to its events. */
    List<Long> numbers() {
        return events.stream()
                .map(event -> event.path("id").asString())
                .map(id -> Long.parseLong(id.substring(id.lastIndexOf('/') + 1)))
                .toList();
    }

    /** What was printed, put together again. */
    byte[] output(final String stream) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (final JsonNode event : events) {
            final JsonNode data = event.path("data");
            if (event.path("type").asString().equals("step.output")
                    && data.path("stream").asString().equals(stream)) {
                final String chunk = data.path("chunk").asString();
                bytes.writeBytes(
                        data.path("encoding").isMissingNode()
                                ? chunk.getBytes(UTF_8)
                                : Base64.getDecoder().decode(chunk));
            }
        }
        return bytes.toByteArray();
    }
}

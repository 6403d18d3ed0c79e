package dev.weft.server.query;

import static dev.weft.server.query.QueryFixture.json;
import static dev.weft.server.query.QueryFixture.publish;
import static dev.weft.server.query.QueryFixture.sequences;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.telemetry.HostHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real host did, more than once over, published and asked about. */
@Timeout(120)
class HostHistorySystemTest {
    private static final long FROM_US = 1_769_860_800_000_000L;

    @TempDir private Path directory;

    private static Map<String, List<Long>> byMember(
            final List<JsonNode> events, final String name) {
        final Map<String, List<Long>> found = new TreeMap<>();
        for (int i = 0; i < events.size(); i++) {
            found.computeIfAbsent(events.get(i).path(name).asString(), key -> new ArrayList<>())
                    .add(i + 1L);
        }
        return found;
    }

    private static List<Long> of(final Map<String, List<Long>> found, final String text) {
        return found.getOrDefault(text, List.of());
    }

    @Test
    void shouldAnswerWhatWasPublished() throws Exception {
        final HostHistory history = HostHistory.load();
        final List<String> lines = new ArrayList<>();
        history.replay(history.size() + history.size() / 2, FROM_US, lines::add);
        final List<JsonNode> events = new ArrayList<>();
        for (final String line : lines) {
            events.add(JsonMapper.shared().readTree(line));
        }
        assertThat(history.size()).isGreaterThan(2_000);
        assertThat(events.get(0).path("occurred_at").asLong()).isEqualTo(FROM_US);
        for (int i = 1; i < events.size(); i++) {
            assertThat(events.get(i).path("occurred_at").asLong())
                    .isGreaterThanOrEqualTo(events.get(i - 1).path("occurred_at").asLong());
        }
        try (WeftServer server = WeftServer.start(directory);
                HttpClient client = server.connect()) {
            publish(client, lines);
            final Map<String, List<Long>> types = byMember(events, "type");
            final Map<String, List<Long>> subjects = byMember(events, "subject");
            assertThat(subjects.keySet())
                    .as("processes of the second round")
                    .anyMatch(name -> name.startsWith("process/1-"));

            final JsonNode listed = json(client, "/events/types").path("types");
            assertThat(listed).hasSize(types.size());
            listed.forEach(
                    each -> {
                        final List<Long> sequences = of(types, each.path("type").asString());
                        assertThat(each.path("count").asInt()).isEqualTo(sequences.size());
                        assertThat(each.path("first_seq").asLong()).isEqualTo(sequences.get(0));
                        assertThat(each.path("last_seq").asLong())
                                .isEqualTo(sequences.get(sequences.size() - 1));
                    });
            final Map<String, Long> counted = new TreeMap<>();
            String after = "";
            while (!after.equals("&after=")) {
                final JsonNode page = json(client, "/subjects?limit=1000" + after);
                page.path("subjects")
                        .forEach(
                                each ->
                                        counted.put(
                                                each.path("subject").asString(),
                                                each.path("count").asLong()));
                after = "&after=" + page.path("next_after").asString("");
            }
            assertThat(counted.keySet()).isEqualTo(subjects.keySet());
            counted.forEach(
                    (subject, count) -> assertThat(count).isEqualTo(of(subjects, subject).size()));

            final List<Long> started = of(types, "process.started");
            final JsonNode page = json(client, "/events?type=process.started&order=asc&limit=1000");
            assertThat(page.path("total").asInt()).isEqualTo(started.size());
            assertThat(sequences(page))
                    .isEqualTo(started.subList(0, Math.min(1_000, started.size())));
            assertThat(json(client, "/events/histogram?by=type&bucket=1d").path("total").asInt())
                    .isEqualTo(lines.size());
        }
    }
}

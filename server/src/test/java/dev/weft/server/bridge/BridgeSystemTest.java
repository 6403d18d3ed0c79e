package dev.weft.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.bridge.valkey.EntryId;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.RedisServer;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server with a bridge in it, and a real redis-server. */
@Timeout(120)
class BridgeSystemTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path base;
    private RedisServer redis;
    private ValkeySide side;

    @BeforeEach
    void start() throws IOException {
        redis = RedisServer.start(Files.createDirectory(base.resolve("redis")));
        side = new ValkeySide(redis);
    }

    @AfterEach
    void stop() {
        if (redis != null) { // absent where there is no redis-server
            side.close();
            redis.close();
        }
    }

    private WeftServer server(final String... settings) {
        return serverAt("journal", settings);
    }

    private WeftServer serverAt(final String directory, final String... settings) {
        final Map<String, String> all = new HashMap<>();
        all.put("valkey-url", redis.url());
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return WeftServer.start(base.resolve(directory), all);
    }

    private static JsonNode get(final WeftServer server, final String path) throws IOException {
        try (HttpClient client = server.connect()) {
            return JsonMapper.shared().readTree(client.get(path).body());
        }
    }

    /** Events that match, oldest first. */
    private static List<JsonNode> events(final WeftServer server, final String query)
            throws IOException {
        final List<JsonNode> events = new ArrayList<>();
        get(server, "/events?order=asc&limit=1000&" + query)
                .path("events")
                .forEach(each -> events.add(each.path("event")));
        return events;
    }

    private static void awaitHead(final WeftServer server, final long head) {
        await().atMost(PATIENCE).until(() -> server.weft().head() >= head);
    }

    private static void awaitState(final WeftServer server, final String part, final String state) {
        await().atMost(PATIENCE)
                .until(
                        () ->
                                get(server, "/health")
                                        .path("bridge")
                                        .path(part)
                                        .asString()
                                        .equals(state));
    }

    private void awaitAcknowledged(final String key) {
        await().atMost(PATIENCE).until(() -> side.pending(key, "weft") == 0);
    }

    private static List<String> entries(final List<JsonNode> events) {
        return events.stream()
                .map(event -> event.path("source").path("metadata").path("entry").asString())
                .toList();
    }

    @Test
    void shouldMakeEventsOfEntriesOnceAndInTheirOrder() throws IOException {
        final List<String> ids = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            ids.add(side.add("orders", "*", "state", "paid", "id", Integer.toString(i)));
        }
        try (WeftServer server =
                server(
                        "valkey-from-streams",
                        "orders,empty",
                        "valkey-type",
                        "order.{data.state}",
                        "valkey-subject",
                        "order/{data.id}",
                        "valkey-category",
                        "workflow")) {
            awaitHead(server, 300);
            for (int i = 300; i < 400; i++) {
                ids.add(side.add("orders", "*", "state", "sent", "id", Integer.toString(i)));
            }
            side.add("empty", "5-0", "state", "first", "id", "x");
            awaitHead(server, 401);
            final List<JsonNode> events = events(server, "causation_id=valkey:orders");
            assertThat(entries(events)).isEqualTo(ids);
            assertThat(events.get(399).path("type").asString()).isEqualTo("order.sent");
            assertThat(events.get(399).path("subject").asString()).isEqualTo("order/399");
            assertThat(events.get(399).path("category").asString()).isEqualTo("workflow");
            assertThat(events.get(0).path("occurred_at").asLong())
                    .isEqualTo(EntryId.of(ids.get(0)).milliseconds() * 1_000);
            assertThat(events(server, "type=order.first")).hasSize(1);
            awaitAcknowledged("orders");
        }
    }

    @Test
    void shouldTellWhatCannotBeAnEventAndGoOn() throws IOException {
        side.add("orders", "1-0", "id", "a");
        side.add("orders", "2-0", "other", "b");
        side.add("orders", "3-0", "id", "c");
        try (WeftServer server =
                server("valkey-from-streams", "orders", "valkey-subject", "order/{data.id}")) {
            awaitHead(server, 3);
            final List<JsonNode> events = events(server, "causation_id=valkey:orders");
            assertThat(entries(events)).containsExactly("1-0", "2-0", "3-0");
            assertThat(events.get(1).path("type").asString()).isEqualTo("bridge.rejected");
            assertThat(events.get(1).path("data").path("data").path("other").asString())
                    .isEqualTo("b");
            awaitAcknowledged("orders");
            try (HttpClient client = server.connect()) {
                assertThat(client.get("/metrics").body())
                        .contains("weft_bridge_rejected_total{part=\"stream_in\"} 1.0")
                        .contains("weft_bridge_passed_total{part=\"stream_in\"} 3.0")
                        .contains("weft_bridge_running{part=\"stream_in\"} 1.0");
            }
        }
    }

    @Test
    void shouldNotRepeatWhatTheJournalHasThoughIdsAreForgotten() throws IOException {
        side.addAll("orders", 1, 500);
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            awaitHead(server, 500);
            awaitAcknowledged("orders");
            publishMany(server, 70_000); // more ids than the sequencer remembers
        }
        side.call(CommandType.XGROUP, "SETID", "orders", "weft", "0"); // as if nothing was read
        side.add("orders", "501-0", "n", "501");
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    events(server, "causation_id=valkey:orders&after=500").size()
                                            == 1);
            awaitAcknowledged("orders");
            assertThat(get(server, "/events?limit=1&causation_id=valkey:orders").path("total"))
                    .hasToString("501");
        }
    }

    private static void publishMany(final WeftServer server, final int count) throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"type\":\"other\",\"id\":\"other-").append(i).append("\"}\n");
        }
        try (HttpClient client = server.connect()) {
            assertThat(
                            client.post(
                                            "/events",
                                            lines.toString(),
                                            "Content-Type: application/x-ndjson\r\n")
                                    .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldClaimWhatOneThatIsNoMoreHasLeft() throws IOException {
        side.addAll("orders", 1, 50);
        side.call(CommandType.XGROUP, "CREATE", "orders", "weft", "0");
        side.call(
                CommandType.XREADGROUP,
                List.of("GROUP", "weft", "dead", "COUNT", "20", "STREAMS", "orders", ">"));
        assertThat(side.pending("orders", "weft")).isEqualTo(20);
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            awaitHead(server, 50);
            awaitAcknowledged("orders");
            assertThat(entries(events(server, "causation_id=valkey:orders")))
                    .hasSize(50)
                    .startsWith("1-0", "2-0")
                    .endsWith("50-0")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldBeginAnewWhenAnotherStreamHasTheKey() throws IOException {
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            side.addAll("orders", 1, 10);
            awaitHead(server, 10);
            awaitAcknowledged("orders");
            side.call(CommandType.DEL, "orders");
            side.addAll("orders", 1, 3);
            await().atMost(PATIENCE)
                    .until(() -> events(server, "type=valkey.entry&after=10").size() == 3);
            assertThat(events(server, "type=bridge.reset")).hasSize(1);
        }
        side.addAll("orders", 4, 4);
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            await().atMost(PATIENCE).until(() -> events(server, "type=valkey.entry").size() == 14);
            awaitAcknowledged("orders");
            assertThat(events(server, "type=bridge.reset")).hasSize(1);
        }
    }

    @Test
    @SuppressWarnings("try") // one ends in the middle
    void shouldWaitWhileAnotherBridgeHasTheGroup() throws IOException {
        try (WeftServer first = serverAt("a", "valkey-from-streams", "orders")) {
            awaitState(first, "stream_in", "running");
            try (WeftServer second = serverAt("b", "valkey-from-streams", "orders")) {
                awaitState(second, "stream_in", "standby");
                side.addAll("orders", 1, 5);
                awaitHead(first, 5);
                awaitAcknowledged("orders");
                first.close();
                awaitState(second, "stream_in", "running");
                side.addAll("orders", 6, 8);
                awaitHead(second, 3);
                assertThat(entries(events(second, "causation_id=valkey:orders")))
                        .containsExactly("6-0", "7-0", "8-0");
            }
        }
    }

    /** So many at once would be more than one append takes. */
    @Test
    void shouldMakeEventsOfLongEntriesInSeveralAppends() throws IOException {
        final String text = "x".repeat(900_000);
        for (int i = 1; i <= 12; i++) {
            side.add("orders", i + "-0", "text", text);
        }
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            awaitHead(server, 12);
            awaitAcknowledged("orders");
            assertThat(server.weft().head()).isEqualTo(12);
        }
    }

    /** Whoever has the group now reads on: this one gives up, and waits again. */
    @Test
    void shouldGiveUpTheGroupWhenAnotherHasTakenIt() throws IOException {
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            awaitState(server, "stream_in", "running");
            final String key = "weft:bridge:valkey:weft";
            assertThat(side.call(CommandType.EXISTS, key)).containsExactly(1L);
            side.call(CommandType.SET, key, "another");
            side.addAll("orders", 1, 3);
            awaitState(server, "stream_in", "standby");
            assertThat(server.weft().head()).isZero();
            side.call(CommandType.DEL, key);
            awaitHead(server, 3);
            assertThat(entries(events(server, "type=valkey.entry")))
                    .containsExactly("1-0", "2-0", "3-0");
        }
    }

    /** Anybody may name the same cause: how far it is, the bridge's own events say. */
    @Test
    void shouldNotTakeTheEventsOfOthersForItsOwn() throws IOException {
        side.addAll("orders", 1, 3);
        try (WeftServer server = server("valkey-from-streams", "orders");
                HttpClient client = server.connect()) {
            awaitHead(server, 3);
            awaitAcknowledged("orders");
            assertThat(
                            client.post(
                                            "{\"type\":\"x\",\"id\":\"mine\",\"causation_id\":\"valkey:orders\"}")
                                    .status())
                    .isEqualTo(200);
        }
        side.call(CommandType.XGROUP, "DESTROY", "orders", "weft");
        try (WeftServer server = server("valkey-from-streams", "orders")) {
            side.addAll("orders", 4, 4);
            awaitHead(server, 5);
            assertThat(entries(events(server, "type=valkey.entry")))
                    .containsExactly("1-0", "2-0", "3-0", "4-0");
        }
    }

    @Test
    void shouldMakeEventsOfMessagesAndTellWhenSomeMayBeMissing() throws IOException {
        try (WeftServer server =
                server("valkey-from-channels", "jobs.*", "valkey-subject", "job/{1}")) {
            awaitState(server, "channel_in", "running");
            side.call(CommandType.PUBLISH, "jobs.7f3a", "{\"state\":\"done\"}");
            awaitHead(server, 1);
            final JsonNode event = events(server, "type=valkey.message").get(0);
            assertThat(event.path("subject").asString()).isEqualTo("job/7f3a");
            assertThat(event.path("data")).hasToString("{\"state\":\"done\"}");
            redis.kill();
            awaitState(server, "channel_in", "connecting");
            redis.restart();
            await().atMost(PATIENCE).until(() -> events(server, "type=bridge.gap").size() == 1);
            assertThat(events(server, "type=bridge.gap").get(0).path("data").path("reason"))
                    .hasToString("\"disconnected\"");
            side.reconnect();
            side.call(CommandType.PUBLISH, "jobs.8", "text");
            await().atMost(PATIENCE).until(() -> events(server, "subject=job/8").size() == 1);
        }
    }

    @Test
    void shouldMakeEntriesOfEventsWithTheirSequences() throws IOException {
        try (WeftServer server = server();
                HttpClient client = server.connect()) {
            client.post("{\"type\":\"before\"}");
        }
        try (WeftServer server = server("valkey-to-stream", "out", "valkey-filter", "type=job.*");
                HttpClient client = server.connect()) {
            awaitState(server, "stream_out", "running");
            client.post("{\"type\":\"job.a\",\"subject\":\"job/1\",\"data\":{\"n\":1}}");
            client.post("{\"type\":\"other\"}");
            client.post("{\"type\":\"job.b\"}");
            await().atMost(PATIENCE).until(() -> side.ids("out").size() == 2);
        }
        try (WeftServer server = server("valkey-to-stream", "out", "valkey-filter", "type=job.*");
                HttpClient client = server.connect()) {
            client.post("{\"type\":\"job.c\"}");
            await().atMost(PATIENCE).until(() -> side.ids("out").size() == 3);
        }
        assertThat(side.ids("out")).containsExactly("2-0", "4-0", "5-0");
        final List<?> first = (List<?>) side.call(CommandType.XRANGE, "out", "-", "+").get(0);
        final List<?> fields = (List<?>) first.get(1);
        assertThat(ValkeyConnection.member(fields, "type")).isEqualTo("job.a");
        assertThat(ValkeyConnection.member(fields, "subject")).isEqualTo("job/1");
        assertThat(ValkeyConnection.member(fields, "event"))
                .startsWith("{\"seq\":2,\"event\":{")
                .endsWith("\"data\":{\"n\":1}}}");
    }

    @Test
    void shouldReplayAllToAStreamThatIsNotThereYet() throws IOException {
        try (WeftServer server = server()) {
            publishMany(server, 3_000);
        }
        try (WeftServer server = server("valkey-to-stream", "out", "valkey-replay", "all")) {
            await().atMost(PATIENCE).until(() -> side.ids("out").size() == server.weft().head());
            assertThat(side.ids("out").get(0)).isEqualTo("1-0");
        }
    }

    @Test
    void shouldRefuseAStreamThatHasEntriesOfItsOwn() throws IOException {
        side.add("out", "*", "a", "b");
        try (WeftServer server = server("valkey-to-stream", "out")) {
            awaitState(server, "stream_out", "failed");
            assertThat(side.ids("out")).hasSize(1);
        }
    }

    /** An id within those of the journal, but none that this bridge gives. */
    @Test
    void shouldRefuseAStreamWithAnIdOfAnother() throws IOException {
        side.add("out", "1-1", "a", "b");
        try (WeftServer server = server()) {
            publishMany(server, 10);
        }
        try (WeftServer server = server("valkey-to-stream", "out")) {
            awaitState(server, "stream_out", "failed");
            assertThat(side.ids("out")).hasSize(1);
        }
    }

    @Test
    void shouldSendEventsToChannelsNamedByThem() throws IOException {
        try (WeftServer server = server("valkey-to-channel", "weft.{category}.{type}");
                HttpClient client = server.connect();
                var channels = side.client().openChannels()) {
            final List<String> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
            channels.addListener(
                    new io.lettuce.core.pubsub.RedisPubSubAdapter<>() {
                        @Override
                        public void message(
                                final byte[] pattern, final byte[] channel, final byte[] message) {
                            heard.add(
                                    ValkeyConnection.text(channel)
                                            + ' '
                                            + ValkeyConnection.text(message));
                        }
                    });
            channels.sync().psubscribe(new byte[][] {{'*'}});
            awaitState(server, "channel_out", "running");
            client.post("{\"type\":\"a.b\",\"category\":\"job\",\"data\":1}");
            await().atMost(PATIENCE).until(() -> !heard.isEmpty());
            assertThat(heard.get(0)).startsWith("weft.job.a.b {\"seq\":1,\"event\":{");
        }
    }

    @Test
    void shouldStartAndServeWhileTheOtherSideIsAway() throws IOException {
        redis.kill();
        try (WeftServer server =
                        server("valkey-from-streams", "orders", "valkey-to-stream", "out");
                HttpClient client = server.connect()) {
            awaitState(server, "stream_in", "connecting");
            assertThat(client.post("{\"type\":\"a\"}").status()).isEqualTo(200);
            redis.restart();
            awaitState(server, "stream_in", "running");
            awaitState(server, "stream_out", "running");
        }
    }
}

package dev.weft.server.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventFeed;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.plan.ChannelPattern;
import dev.weft.server.bridge.plan.Template;
import dev.weft.server.harness.RedisServer;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages that come faster than a journal without room takes them. */
@Timeout(60)
class ChannelSourceSystemTest implements Fabric {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LENGTH = 900_000;
    private static final int COUNT = 45; // more than wait at a time, by their length

    @TempDir Path directory;
    private final List<JsonNode> published = new ArrayList<>();
    private final CountDownLatch room = new CountDownLatch(1);

    @Override
    public Outcome publish(final EventBatch batch) throws FabricException {
        try {
            if (!room.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return Outcome.LATER;
            }
        } catch (final InterruptedException ex) {
            throw new FabricException("interrupted", true);
        }
        synchronized (this) {
            JsonMapper.shared().readTree(batch.array()).forEach(published::add);
        }
        return Outcome.APPENDED;
    }

    private synchronized List<JsonNode> published(final String type) {
        return published.stream()
                .filter(each -> each.path("type").asString().equals(type))
                .toList();
    }

    @Override
    public @Nullable String newestId(final String causationId, final Predicate<String> wanted) {
        throw new IllegalStateException("nobody asks");
    }

    @Override
    public long head() {
        return 0;
    }

    @Override
    public EventFeed feed(final long afterSequence) {
        throw new IllegalStateException("nobody asks");
    }

    @Test
    void shouldTellHowManyMessagesWereLost() throws IOException {
        final PartStatus status = new PartStatus("channel_in");
        try (RedisServer redis = RedisServer.start(directory);
                ValkeySide side = new ValkeySide(redis)) {
            final Template type = Template.parse("message", Template.Use.CHANNEL, 1);
            final Template subject = Template.parse("job/{1}", Template.Use.CHANNEL, 1);
            final Life life =
                    new Life(
                            "weft-test",
                            status,
                            new ChannelSource(
                                    side.client(),
                                    this,
                                    "b",
                                    new BridgePlan.Channels(
                                            List.of(ChannelPattern.parse("jobs.*")),
                                            new BridgePlan.Mapping(type, "job", subject)),
                                    EventRules.forCallers(List.of(), List.of()),
                                    status));
            life.start();
            await().atMost(PATIENCE).until(() -> status.state() == PartStatus.State.RUNNING);
            final byte[] payload = "x".repeat(LENGTH).getBytes(UTF_8);
            for (int i = 0; i < COUNT; i++) {
                side.call(CommandType.PUBLISH, "jobs." + i, payload);
            }
            await().atMost(PATIENCE).until(() -> status.lost.get() > 0);
            room.countDown();
            await().atMost(PATIENCE)
                    .until(() -> published("message").size() + status.lost.get() == COUNT);
            await().atMost(PATIENCE).until(() -> toldLost() == status.lost.get());
            life.end();
            life.await(5_000);
        }
        assertThat(status.passed.get()).isEqualTo(published("message").size());
        assertThat((long) published("message").size() * LENGTH)
                .isGreaterThan(ChannelSource.LENGTH_MAX - LENGTH);
        assertThat(published.stream().map(each -> each.path("id").asString()).toList())
                .doesNotHaveDuplicates();
        assertThat(Set.copyOf(published("message").stream().map(this::subject).toList()))
                .contains("job/0");
    }

    private String subject(final JsonNode event) {
        return event.path("subject").asString();
    }

    private long toldLost() {
        return published("bridge.gap").stream()
                .filter(each -> each.path("data").path("reason").asString().equals("overflow"))
                .mapToLong(each -> each.path("data").path("lost").asLong())
                .sum();
    }
}

package dev.weft.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.ClientProcess;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.RedisServer;
import dev.weft.server.harness.Seeds;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Both sides and the bridge between them are killed at random moments while entries are added: in
 * the end each entry is one event, each event one entry of the other stream, and both in order.
 */
@Tag("slow")
@Timeout(300)
class BridgeFaultTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int KEYS = 2;

    @TempDir Path base;
    private RedisServer redis;
    private ValkeySide side;
    private volatile boolean stopped;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final long[] added = new long[KEYS]; // written by its producer, read after its end

    @BeforeEach
    void start() throws IOException {
        redis = RedisServer.start(Files.createDirectory(base.resolve("redis")));
        side = new ValkeySide(redis);
    }

    @AfterEach
    void stop() {
        stopped = true;
        if (redis != null) {
            side.close();
            redis.close();
        }
    }

    private List<Thread> produce() {
        final List<Thread> producers = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            final int number = i;
            final Thread thread = new Thread(() -> produce(number), "producer-" + i);
            thread.setDaemon(true);
            thread.start();
            producers.add(thread);
        }
        return producers;
    }

    private void produce(final int number) {
        try (ValkeySide own = new ValkeySide(redis)) {
            while (!stopped) {
                try {
                    own.addAll("in" + number, added[number] + 1, added[number] + 1);
                    added[number]++;
                } catch (final RedisException ex) {
                    LockSupport.parkNanos(1_000_000); // no connection: the same again
                }
            }
        } catch (final Throwable ex) {
            failure.compareAndSet(null, ex);
        }
    }

    private static void pause(final SplittableRandom random, final int from, final int to) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(from, to)));
    }

    private ChildServer embedded(final SplittableRandom random) throws IOException {
        return ChildServer.start(
                base.resolve("journal"),
                base.resolve("log"),
                "--valkey-url",
                redis.url(),
                "--valkey-from-streams",
                "in0,in1",
                "--valkey-to-stream",
                "out",
                "--valkey-replay",
                "all",
                "--threading",
                random.nextBoolean() ? "shared" : "dedicated");
    }

    @Test
    void shouldBridgeEachEntryOnceThroughKillsOfBothSides() throws Exception {
        final long seed = Seeds.one();
        final SplittableRandom random = new SplittableRandom(seed);
        final List<Thread> producers = produce();
        for (int i = 0; i < 4; i++) {
            try (ChildServer server = embedded(random)) {
                pause(random, 500, 2_000);
                if (i % 2 == 0) {
                    redis.kill();
                    pause(random, 1, 500);
                    redis.restart();
                    pause(random, 200, 1_500);
                }
                server.kill();
            }
        }
        try (ChildServer server = embedded(random)) {
            pause(random, 500, 1_000);
            end(producers);
            check(server, "-Dtest.seed=" + seed);
        }
    }

    @Test
    void shouldBridgeEachEntryOnceThroughKillsOfABridgeOfItsOwn() throws Exception {
        final long seed = Seeds.one();
        final SplittableRandom random = new SplittableRandom(seed);
        final List<Thread> producers = produce();
        final int port;
        try (ChildServer server = fixed(0)) {
            port = server.address().getPort();
        }
        ChildServer server = fixed(port);
        try {
            for (int i = 0; i < 4; i++) {
                final ClientProcess bridge = bridge(port);
                try {
                    pause(random, 1_000, 2_000);
                    if (i % 2 == 1) {
                        server.kill();
                        pause(random, 1, 300);
                        server = fixed(port);
                        pause(random, 500, 1_500);
                    }
                } finally {
                    bridge.close(); // SIGKILL
                }
            }
            try (ClientProcess bridge = bridge(port)) {
                pause(random, 500, 1_000);
                end(producers);
                check(server, "-Dtest.seed=" + seed + "\n" + String.join("\n", bridge.lines()));
            }
        } finally {
            server.close();
        }
    }

    private ChildServer fixed(final int port) throws IOException {
        return ChildServer.start(
                base.resolve("journal"), base.resolve("log"), "--port", Integer.toString(port));
    }

    private ClientProcess bridge(final int port) throws IOException {
        final List<String> command = ChildServer.java();
        command.addAll(
                List.of(
                        "dev.weft.server.WeftMain",
                        "bridge",
                        "valkey",
                        "--valkey",
                        redis.url(),
                        "--url",
                        "http://127.0.0.1:" + port,
                        "--from-stream",
                        "in0",
                        "--from-stream",
                        "in1",
                        "--to-stream",
                        "out",
                        "--replay",
                        "all"));
        return ClientProcess.start(base, command);
    }

    private void end(final List<Thread> producers) throws InterruptedException {
        stopped = true;
        for (final Thread producer : producers) {
            producer.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(producer.isAlive()).isFalse();
        }
        assertThat(failure.get()).isNull();
        side.reconnect();
    }

    private void check(final ChildServer server, final String context) throws IOException {
        final long wanted = added[0] + added[1];
        assertThat(wanted).as(context).isGreaterThan(1_000);
        try (HttpClient client = new HttpClient(server.address())) {
            await().atMost(PATIENCE)
                    .failFast(
                            () ->
                                    assertThat(client.get("/health").number("head"))
                                            .as(context)
                                            .isLessThanOrEqualTo(wanted))
                    .untilAsserted(
                            () -> {
                                assertThat(client.get("/health").number("head"))
                                        .as(context)
                                        .isEqualTo(wanted);
                                assertThat(side.ids("out")).as(context).hasSize((int) wanted);
                            });
            final long[] next = new long[KEYS];
            final String lines =
                    client.answerOf("/events", "Accept: application/x-ndjson\r\n").body();
            for (final String line : lines.lines().toList()) {
                final JsonNode metadata =
                        JsonMapper.shared()
                                .readTree(line)
                                .path("event")
                                .path("source")
                                .path("metadata");
                final int key = metadata.path("key").asString().charAt(2) - '0';
                assertThat(metadata.path("entry").asString())
                        .as(line + context)
                        .isEqualTo(++next[key] + "-0");
            }
            assertThat(next).as(context).isEqualTo(added);
        }
        final List<String> ids = side.ids("out");
        for (int i = 0; i < ids.size(); i++) {
            assertThat(ids.get(i)).as(context).isEqualTo(i + 1 + "-0");
        }
        await().atMost(PATIENCE)
                .until(() -> side.pending("in0", "weft") == 0 && side.pending("in1", "weft") == 0);
        System.out.println("bridged through kills: entries=" + wanted + " " + context);
    }
}

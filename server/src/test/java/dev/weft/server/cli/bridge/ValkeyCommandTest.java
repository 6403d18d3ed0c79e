package dev.weft.server.cli.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.cli.CommandRun;
import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.ClientProcess;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ValkeyCommandTest {
    @TempDir Path base;

    private ClientProcess bridge(final RedisServer redis, final int port, final String... options)
            throws Exception {
        final List<String> command = new ArrayList<>(ChildServer.java());
        command.addAll(List.of("dev.weft.server.WeftMain", "bridge", "valkey"));
        command.addAll(List.of("--valkey", redis.url(), "--url", "http://127.0.0.1:" + port));
        command.addAll(List.of(options));
        return ClientProcess.start(base, command);
    }

    @Test
    void shouldTellAllMistakesTogether() {
        final CommandRun run =
                CommandRun.of(
                        new ValkeyCommand(),
                        "--valkey",
                        "nowhere",
                        "--from-stream",
                        "orders",
                        "--event-subject",
                        "order/{1}",
                        "--replay",
                        "some");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("weft bridge: --valkey is no address"))
                .anyMatch(line -> line.startsWith("weft bridge: --event-subject names {1}"))
                .contains("weft bridge: --replay is neither new nor all");
    }

    @Test
    void shouldRefuseToDoNothing() {
        final CommandRun run = CommandRun.of(new ValkeyCommand(), "--group", "mine");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("nothing to bridge");
    }

    @Test
    void shouldBridgeBothWaysAndEndWithTheFilterThatTheServerRefuses() throws Exception {
        try (RedisServer redis = RedisServer.start(Files.createDirectory(base.resolve("redis")));
                WeftServer server = WeftServer.start(base.resolve("journal"), Map.of());
                HttpClient client = server.connect()) {
            try (ClientProcess bridge =
                    bridge(
                            redis,
                            server.address().getPort(),
                            "--from-channel",
                            "jobs.*",
                            "--event-subject",
                            "job/{1}",
                            "--to-stream",
                            "out",
                            "--replay",
                            "all",
                            "--type",
                            "valkey.*")) {
                bridge.line("weft bridge ready");
                bridge.line("channel_in: running");
                redis.send("PUBLISH jobs.7 hello");
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> redis.send("XLEN out").equals(":1"));
                assertThat(client.get("/events?subject=job/7").body())
                        .contains("\"data\":\"hello\"");
            }
            try (ClientProcess refused =
                    bridge(
                            redis,
                            server.address().getPort(),
                            "--to-stream",
                            "out",
                            "--category",
                            "nonsense")) {
                assertThat(refused.exitCode()).isEqualTo(1);
                assertThat(refused.line("answers 400")).contains("category");
            }
        }
    }
}

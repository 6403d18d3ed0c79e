package dev.weft.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a real server, as a person uses them one after the other. */
@Timeout(60)
class CommandsSystemTest {
    @TempDir private Path directory;

    @Test
    void shouldPublishFollowInspectAndVerify() throws ExecutionException, InterruptedException {
        try (WeftServer server = WeftServer.start(directory)) {
            final String url = "http://127.0.0.1:" + server.address().getPort();
            final CompletableFuture<CommandRun> live =
                    CompletableFuture.supplyAsync(
                            () ->
                                    CommandRun.of(
                                            new TailCommand(),
                                            "--url",
                                            url,
                                            "--type",
                                            "log.*",
                                            "--count",
                                            "3"));
            await().until(() -> subscriberCount(url) == 1);
            final CommandRun one =
                    CommandRun.of(
                            new PublishCommand(),
                            "--url",
                            url,
                            "build.done",
                            "{\"ok\":true}",
                            "--subject",
                            "job/7",
                            "--id",
                            "me");
            final CommandRun again =
                    CommandRun.of(
                            new PublishCommand(),
                            "--url",
                            url,
                            "build.done",
                            "{\"ok\":true}",
                            "--subject",
                            "job/7",
                            "--id",
                            "me");
            final CommandRun many =
                    CommandRun.withInput(
                            lines(),
                            new PublishCommand(),
                            "--url",
                            url,
                            "--type",
                            "log.line",
                            "--subject",
                            "host/h");

            assertThat(one.exitCode()).isZero();
            assertThat(again.out()).isEqualTo(one.out());
            assertThat(many.exitCode()).isEqualTo(PublishCommand.REFUSED);
            assertThat(many.out())
                    .contains("\"accepted\":4,\"rejected\":1")
                    .contains("\"last_seq\":5");
            assertThat(many.err()).contains("line 3: ").contains("subject");

            final CommandRun history =
                    CommandRun.of(new TailCommand(), "--url", url, "--all", "--count", "5");
            assertThat(sequences(history)).containsExactly(1L, 2L, 3L, 4L, 5L);
            final CommandRun last =
                    CommandRun.of(
                            new TailCommand(),
                            "--url",
                            url,
                            "--last",
                            "2",
                            "--type",
                            "log.*",
                            "--count",
                            "2");
            assertThat(sequences(last)).containsExactly(2L, 4L);
            CommandRun.withInput(
                    "x\ny\nz\n", new PublishCommand(), "--url", url, "--type", "log.line");
            assertThat(live.get().out().lines())
                    .hasSize(3)
                    .allMatch(line -> line.contains("\"type\":\"log.line\""));
        }

        final CommandRun verify = CommandRun.of(new VerifyCommand(), directory.toString());
        assertThat(verify.exitCode()).isZero();
        assertThat(verify.out()).startsWith("whole: 8 events in 1 file(s)");
        assertThat(CommandRun.of(new InspectCommand(), directory.toString()).out())
                .contains("stopped cleanly at 8")
                .contains("8 events");
    }

    @Test
    void shouldTellWhatTheServerRefuses() {
        try (WeftServer server = WeftServer.start(directory)) {
            final String url = "http://127.0.0.1:" + server.address().getPort();

            assertThat(CommandRun.of(new PublishCommand(), "--url", url, "1bad").err())
                    .contains("400 ")
                    .contains("type");
            assertThat(
                            CommandRun.of(new TailCommand(), "--url", url, "--category", "no such")
                                    .exitCode())
                    .isEqualTo(1);
        }
    }

    private static long subscriberCount(final String url) throws IOException, InterruptedException {
        final HttpResponse<String> health =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url + "/health")).build(),
                                BodyHandlers.ofString());
        return Problems.json(health.body()).path("subscribers").asLong();
    }

    private static String lines() {
        return """
                first line
                {"type":"other","subject":"job/1"}
                {"type":"other","subject":"no subject"}
                17
                {"type":"other"}
                """;
    }

    private static List<Long> sequences(final CommandRun run) {
        final List<Long> sequences = new ArrayList<>();
        run.out().lines().forEach(line -> sequences.add(Problems.json(line).path("seq").asLong()));
        return sequences;
    }
}

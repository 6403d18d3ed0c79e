package dev.weft.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.cli.journal.InspectCommand;
import dev.weft.server.cli.journal.VerifyCommand;
import dev.weft.server.cli.publish.PublishCommand;
import dev.weft.server.cli.tail.TailCommand;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
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
            assertThat(many.exitCode()).isEqualTo(ExitCodes.REFUSED);
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
    void shouldPublishAndFollowOverAUnixSocket() throws Exception {
        final Path base = Files.createTempDirectory("weft"); // short: the kernel takes 107 bytes
        final String socket = base.resolve("socket").toString();
        try (WeftServer server = WeftServer.start(directory, Map.of("unix-socket", socket))) {
            final CompletableFuture<CommandRun> live =
                    CompletableFuture.supplyAsync(
                            () ->
                                    CommandRun.of(
                                            new TailCommand(),
                                            "--unix-socket",
                                            socket,
                                            "--count",
                                            "1001"));
            await().until(
                            () ->
                                    subscriberCount(
                                                    "http://127.0.0.1:"
                                                            + server.address().getPort())
                                            == 1);
            final CommandRun one =
                    CommandRun.of(new PublishCommand(), "--unix-socket", socket, "a", "\"\u00e9\"");
            assertThat(one.out()).startsWith("{\"seq\":1,");
            final CommandRun many =
                    CommandRun.withInput(
                            "line\n".repeat(1_000),
                            new PublishCommand(),
                            "--unix-socket",
                            socket,
                            "--type",
                            "log.line");
            assertThat(many.exitCode()).as(many.err()).isZero();
            assertThat(sequences(live.get())).hasSize(1_001).startsWith(1L, 2L).endsWith(1_001L);
            assertThat(CommandRun.of(new PublishCommand(), "--unix-socket", socket, "1bad").err())
                    .contains("400 ")
                    .contains("type");
        }
        final CommandRun gone =
                CommandRun.of(
                        new PublishCommand(), "--unix-socket", socket, "--retry-for", "0", "a");
        assertThat(gone.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
        assertThat(gone.err()).contains("no success at " + socket);
        Files.delete(base);
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

    @Test
    void shouldTellDamageByItsExitCode() throws IOException {
        try (WeftServer server = WeftServer.start(directory)) {
            publish(server, "first");
            publish(server, "second");
        }
        assertThat(CommandRun.of(new VerifyCommand(), "--quiet", directory.toString()))
                .isEqualTo(new CommandRun(0, "", ""));
        changeOneByte("\"type\":\"first\"");

        final CommandRun verify = CommandRun.of(new VerifyCommand(), directory.toString());

        assertThat(verify.exitCode()).isEqualTo(1);
        assertThat(verify.out())
                .contains("damaged: ")
                .contains("note: 1 of 1 positions are stale")
                .doesNotContain("whole");
    }

    @Test
    void shouldCallSequencesMissingUnlessARecoveryTellsThatItSkippedThem() throws IOException {
        try (WeftServer server = WeftServer.start(directory)) {
            publish(server, "first");
        }
        Files.delete(directory.resolve("journal.state")); // nobody knows what was given out
        try (WeftServer server = WeftServer.start(directory)) {
            publish(server, "second");
        }
        final CommandRun told = CommandRun.of(new VerifyCommand(), directory.toString());
        assertThat(told.exitCode()).as(told.out()).isZero();
        assertThat(told.out()).startsWith("whole: 3 events");

        changeOneByte("journal.recovered");

        final CommandRun untold = CommandRun.of(new VerifyCommand(), directory.toString());
        assertThat(untold.exitCode()).isEqualTo(1);
        assertThat(untold.out()).contains("damaged: events missing: 2 to ");
    }

    private static void publish(final WeftServer server, final String type) throws IOException {
        try (var client = server.connect()) {
            assertThat(client.post("{\"type\":\"" + type + "\"}").status()).isEqualTo(200);
        }
    }

    /**
     * Changes the first letter of a text in the journal's only roll file, each time it stands
     * there.
     */
    private void changeOneByte(final String text) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            final Path file =
                    files.filter(path -> path.toString().endsWith(".cq4"))
                            .findFirst()
                            .orElseThrow();
            final String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
            assertThat(bytes).contains(text);
            Files.writeString(
                    file,
                    bytes.replace(text, "?" + text.substring(1)),
                    StandardCharsets.ISO_8859_1);
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

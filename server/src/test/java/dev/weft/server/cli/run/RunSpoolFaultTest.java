package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.ChildServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers and runs that die or are not there: everything arrives in the end, in order and once. */
@Timeout(120)
class RunSpoolFaultTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<AutoCloseable> open = new ArrayList<>();
    private Path base = Path.of("");

    @BeforeEach
    void makeDirectory() throws IOException {
        base = Files.createTempDirectory("weft"); // short: the kernel takes 107 bytes
    }

    @AfterEach
    void close() throws Exception {
        for (final AutoCloseable each : open) {
            each.close();
        }
        try (var files = Files.walk(base)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    @Test
    void shouldDeliverWhatWasPrintedBeforeTheServerCame() throws Exception {
        final WeftRun run =
                run(
                        "--job",
                        "x",
                        "--job-id",
                        "1",
                        "sh",
                        "-c",
                        "seq 1000; while [ ! -e gate ]; do sleep 0.05; done; seq 1001 2000; exit 3");
        await().atMost(PATIENCE).until(() -> run.err().contains("not delivered"));
        final ChildServer server = server();
        await().atMost(PATIENCE)
                .until(() -> !JobEvents.of(server.address(), "1").events().isEmpty());
        Files.createFile(base.resolve("gate"));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(3);

        assertWhole(server, "1", 2_000, "job.failed");
        assertThat(WeftRun.spools(base)).isEmpty();
    }

    @Test
    void shouldDeliverEachEventOnceWhenTheServerDiesInTheMiddle() throws Exception {
        final ChildServer first = server();
        final WeftRun run =
                run(
                        "--job",
                        "x",
                        "--job-id",
                        "2",
                        "sh",
                        "-c",
                        "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo $i; sleep 0.01; done;"
                                + " while [ ! -e gate ]; do sleep 0.05; done; seq 301 4000");
        await().atMost(PATIENCE)
                .until(() -> JobEvents.of(first.address(), "2").events().size() > 20);
        first.kill();
        Files.createFile(base.resolve("gate"));
        await().atMost(PATIENCE).until(() -> new String(run.out(), UTF_8).endsWith("4000\n"));
        final ChildServer second = server();

        assertThat(run.exitCode()).as(run.err()).isZero();

        assertWhole(second, "2", 4_000, "job.completed");
    }

    @Test
    void shouldKeepTheCommandsCodeAndTheSpoolWhenTheServerStaysAway() throws Exception {
        final WeftRun run =
                run(
                        "--retry-for",
                        "0",
                        "--job",
                        "x",
                        "--job-id",
                        "3",
                        "sh",
                        "-c",
                        "seq 100; exit 7");
        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(run.err()).contains("weft run --deliver");
        assertThat(WeftRun.spools(base)).hasSize(1);
        final WeftRun vain = run("--retry-for", "0", "--deliver");
        assertThat(vain.exitCode()).isEqualTo(3);

        final ChildServer server = server();
        final WeftRun next = run("--job", "x", "--job-id", "4", "echo", "hello");
        assertThat(next.exitCode()).as(next.err()).isZero();

        assertWhole(server, "3", 100, "job.failed");
        assertThat(JobEvents.of(server.address(), "4").milestones()).endsWith("job.completed");
        assertThat(WeftRun.spools(base)).isEmpty();
    }

    @Test
    void shouldDeliverWhatAKilledRunLeftAndTellThatItFailed() throws Exception {
        final ChildServer server = server();
        final WeftRun run =
                run(
                        "--job",
                        "x",
                        "--job-id",
                        "5",
                        "sh",
                        "-c",
                        "seq 500; while [ ! -e gate ]; do sleep 0.05; done; seq 501 1000; cat");
        await().atMost(PATIENCE)
                .until(
                        () ->
                                new String(
                                                JobEvents.of(server.address(), "5")
                                                        .output("stdout"),
                                                UTF_8)
                                        .endsWith("500\n"));
        server.kill();
        Files.createFile(base.resolve("gate"));
        await().atMost(PATIENCE).until(() -> new String(run.out(), UTF_8).endsWith("1000\n"));
        await().atMost(PATIENCE).until(() -> spooled().contains("\\n1000\\n"));
        run.signal("KILL");
        run.exitCode();

        final ChildServer again = server();
        final WeftRun deliver = run("--deliver");
        assertThat(deliver.exitCode()).as(deliver.err()).isZero();
        assertThat(new String(deliver.out(), UTF_8)).isEqualTo("delivered 1, left 0\n");

        assertWhole(again, "5", 1_000, "job.failed");
        assertThat(JobEvents.of(again.address(), "5").data("job.failed").path("error").asString())
                .contains("ended before");
        assertThat(WeftRun.spools(base)).isEmpty();
    }

    @Test
    void shouldMakeTheCommandWaitWhenTheSpoolIsFull() throws Exception {
        final WeftRun run = run("--spool-max", "1", "--job", "x", "--job-id", "6", "seq", "600000");
        await().atMost(PATIENCE).until(() -> run.out().length > 500_000);
        await().during(Duration.ofMillis(300))
                .atMost(PATIENCE)
                .until(() -> run.out().length < 2_500_000);
        final ChildServer server = server();

        assertThat(run.exitCode()).as(run.err()).isZero();

        assertWhole(server, "6", 600_000, "job.completed");
    }

    /** As after a power cut: what other runs left must not matter to a command. */
    @Test
    void shouldKeepTheCommandsCodeWhateverIsLeftOfOthers() throws Exception {
        final Path root = Files.createDirectories(base.resolve("spool"));
        for (final String line : List.of("\0".repeat(4_096) + "\n", "{\"id\":\"x/y\"}\n", "\n")) {
            final Spool left =
                    Spool.create(
                            SpoolDirectory.create(
                                    root, new RunIdentity(UUID.randomUUID().toString(), "7", true)),
                            Long.MAX_VALUE);
            left.append(line.getBytes(UTF_8), line.length());
            left.close();
        }
        final ChildServer server = server();
        final WeftRun run = run("--job", "x", "--job-id", "7", "sh", "-c", "echo hello; exit 9");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(9);
        assertThat(run.err()).doesNotContain("Exception");
        assertThat(JobEvents.of(server.address(), "7").milestones()).endsWith("job.failed");
        assertThat(WeftRun.spools(base)).isEmpty();
    }

    private void assertWhole(
            final ChildServer server, final String job, final int lines, final String end)
            throws IOException {
        final JobEvents events = JobEvents.of(server.address(), job);
        final List<Long> printed =
                new String(events.output("stdout"), UTF_8).lines().map(Long::valueOf).toList();
        assertThat(printed).isEqualTo(LongStream.rangeClosed(1, lines).boxed().toList());
        assertThat(events.numbers())
                .isEqualTo(LongStream.rangeClosed(1, events.events().size()).boxed().toList());
        assertThat(events.milestones()).startsWith("job.created").endsWith(end);
    }

    private String spooled() throws IOException {
        final StringBuilder text = new StringBuilder();
        try (var files = Files.walk(base.resolve("spool"))) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private ChildServer server() throws IOException {
        final ChildServer server =
                ChildServer.start(
                        base.resolve("journal"),
                        base.resolve("log"),
                        "--unix-socket",
                        base.resolve("socket").toString());
        open.add(server);
        return server;
    }

    private WeftRun run(final String... arguments) throws IOException {
        final WeftRun run = WeftRun.start(base, base.resolve("socket"), arguments);
        open.add(run);
        return run;
    }
}

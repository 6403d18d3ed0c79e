package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weft run} as a shell uses it, with a server that is there. */
@Timeout(90)
class RunCommandSystemTest {
    @TempDir private Path directory;

    private Path base = Path.of("");
    private WeftServer server;

    @BeforeEach
    void start() throws IOException {
        base = Files.createTempDirectory("weft"); // short: the kernel takes 107 bytes
        server =
                WeftServer.start(
                        directory, Map.of("unix-socket", base.resolve("socket").toString()));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        try (var files = Files.walk(base)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> assertThat(file.toFile().delete()).isTrue());
        }
    }

    @Test
    void shouldTellAJobFromItsStartToItsEndAndPassEverythingThrough() throws Exception {
        try (WeftRun run =
                run(
                        "--job",
                        "Build it",
                        "--job-id",
                        "b-1",
                        "--step",
                        "all of it",
                        "--",
                        "sh",
                        "-c",
                        "read line; echo got $line; echo warned >&2; echo $WEFT_JOB_ID")) {
            run.input("input\n");
            assertThat(run.exitCode()).isZero();
            assertThat(new String(run.out(), UTF_8)).isEqualTo("got input\nb-1\n");
            assertThat(run.err()).isEqualTo("warned\n");
        }
        final JobEvents events = JobEvents.of(server.address(), "b-1");
        assertThat(events.milestones())
                .containsExactly(
                        "job.created",
                        "job.started",
                        "step.started",
                        "step.completed",
                        "job.completed");
        assertThat(events.data("job.created").path("name").asString()).isEqualTo("Build it");
        assertThat(events.data("step.started").path("name").asString()).isEqualTo("all of it");
        assertThat(events.data("step.started").path("phase").asString()).isEqualTo("execution");
        assertThat(events.data("step.completed").path("status").asString()).isEqualTo("completed");
        assertThat(events.data("step.completed").path("duration_ms").isNumber()).isTrue();
        assertThat(events.data("step.completed").path("stepId"))
                .isEqualTo(events.data("step.started").path("stepId"));
        assertThat(events.output("stdout")).isEqualTo("got input\nb-1\n".getBytes(UTF_8));
        assertThat(events.output("stderr")).isEqualTo("warned\n".getBytes(UTF_8));
        assertThat(WeftRun.spools(base)).isEmpty();
    }

    @Test
    void shouldTellTheIdOfAJobThatNobodyNamed() throws Exception {
        try (WeftRun run = run("--job", "x", "sh", "-c", "echo $WEFT_JOB_ID; echo warned >&2");
                WeftRun quiet = run("-q", "--job", "x", "sh", "-c", "echo warned >&2")) {
            assertThat(run.exitCode()).isZero();
            final String id = new String(run.out(), UTF_8).trim();
            assertThat(run.err())
                    .isEqualTo(
                            "weft run: job/"
                                    + id
                                    + ", to be followed by: weft tail --last 1000 --subject job/"
                                    + id
                                    + "\nwarned\n");
            assertThat(JobEvents.of(server.address(), id).milestones()).endsWith("job.completed");
            assertThat(quiet.exitCode()).isZero();
            assertThat(quiet.err()).isEqualTo("warned\n");
        }
    }

    @Test
    void shouldEndAsTheCommandDoes() throws Exception {
        try (WeftRun seven = run("--job", "x", "--job-id", "seven", "sh", "-c", "exit 7");
                WeftRun killed = run("--job", "x", "--job-id", "killed", "sh", "-c", "kill -9 $$");
                WeftRun none = run("--job", "x", "--job-id", "none", "no-such-program", "-x")) {
            assertThat(seven.exitCode()).isEqualTo(7);
            assertThat(killed.exitCode()).isEqualTo(137);
            assertThat(none.exitCode()).isEqualTo(127);
            assertThat(none.err()).contains("no-such-program: no such program");
        }
        final JobEvents seven = JobEvents.of(server.address(), "seven");
        assertThat(seven.milestones()).endsWith("step.failed", "job.failed");
        assertThat(seven.data("job.failed").path("exit_code").asInt()).isEqualTo(7);
        assertThat(seven.data("step.failed").path("status").asString()).isEqualTo("failed");
        final JobEvents killed = JobEvents.of(server.address(), "killed");
        assertThat(killed.data("job.failed").path("signal").asString()).isEqualTo("SIGKILL");
        final JobEvents none = JobEvents.of(server.address(), "none");
        assertThat(none.data("job.failed").path("error").asString()).contains("no such program");
    }

    @Test
    void shouldKeepEveryByteOfBinaryOutput() throws Exception {
        final byte[] bytes = new byte[3_000_000];
        new SplittableRandom(7).nextBytes(bytes);
        Files.write(base.resolve("binary"), bytes);
        try (WeftRun run = run("--job", "x", "--job-id", "binary", "cat", "binary")) {
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).isEqualTo(bytes);
        }
        assertThat(JobEvents.of(server.address(), "binary").output("stdout")).isEqualTo(bytes);
    }

    @Test
    void shouldTellOutputWhileTheCommandRunsAndBeCancelledByASignal() throws Exception {
        try (WeftRun run =
                run(
                        "--job",
                        "x",
                        "--job-id",
                        "c",
                        "sh",
                        "-c",
                        "trap 'echo ending; exit 5' INT; echo ready; while :; do sleep 0.05; done")) {
            await().atMost(Duration.ofSeconds(40))
                    .until(
                            () ->
                                    JobEvents.of(server.address(), "c")
                                            .types()
                                            .contains("step.output"));
            run.signal("INT");
            assertThat(run.exitCode()).isEqualTo(5);
            assertThat(new String(run.out(), UTF_8)).isEqualTo("ready\nending\n");
        }
        final JobEvents events = JobEvents.of(server.address(), "c");
        assertThat(events.milestones()).endsWith("step.failed", "job.cancelled");
        assertThat(events.data("job.cancelled").path("exit_code").asInt()).isEqualTo(5);
        assertThat(events.output("stdout")).isEqualTo("ready\nending\n".getBytes(UTF_8));
    }

    @Test
    void shouldKillWhatDoesNotEndWhenItIsCancelled() throws Exception {
        try (WeftRun run =
                run(
                        "--job",
                        "x",
                        "--job-id",
                        "k",
                        "--grace",
                        "0",
                        "sh",
                        "-c",
                        "trap '' INT TERM; (trap '' INT TERM; sleep 300) & echo ready; while :; do sleep 0.05; done")) {
            await().atMost(Duration.ofSeconds(40)).until(() -> run.out().length > 0);
            run.signal("TERM");
            assertThat(run.exitCode()).isEqualTo(137);
        }
        assertThat(JobEvents.of(server.address(), "k").milestones()).endsWith("job.cancelled");
    }

    @Test
    void shouldMakeARunInsideOfAJobOneMoreStepOfIt() throws Exception {
        final String inner =
                String.join(" ", dev.weft.server.harness.ChildServer.java())
                        + " dev.weft.server.WeftMain run --unix-socket "
                        + base.resolve("socket")
                        + " --spool "
                        + base.resolve("spool")
                        + " --step inner echo inside";
        try (WeftRun run = run("--job", "x", "--job-id", "n", "sh", "-c", inner)) {
            assertThat(run.exitCode()).as(run.err()).isZero();
        }
        final JobEvents events = JobEvents.of(server.address(), "n");
        assertThat(events.milestones())
                .containsExactly(
                        "job.created",
                        "job.started",
                        "step.started",
                        "step.started",
                        "step.completed",
                        "step.completed",
                        "job.completed");
    }

    @Test
    void shouldKeepTheOrderOfManyLines() throws Exception {
        try (WeftRun run = run("--job", "x", "--job-id", "m", "seq", "200000")) {
            assertThat(run.exitCode()).isZero();
        }
        final JobEvents events = JobEvents.of(server.address(), "m");
        final List<Long> lines =
                new String(events.output("stdout"), UTF_8).lines().map(Long::valueOf).toList();
        assertThat(lines).isEqualTo(LongStream.rangeClosed(1, 200_000).boxed().toList());
        assertThat(events.numbers())
                .isEqualTo(LongStream.rangeClosed(1, events.events().size()).boxed().toList());
    }

    private WeftRun run(final String... arguments) throws IOException {
        return WeftRun.start(base, base.resolve("socket"), arguments);
    }
}

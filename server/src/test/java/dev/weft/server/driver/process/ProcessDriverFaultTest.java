package dev.weft.server.driver.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.RunInput;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.process.MarkedProcesses;
import dev.weft.server.process.ResourceLimits;
import dev.weft.server.process.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that do not behave, and a driver that is driven by hand. */
@Timeout(60)
class ProcessDriverFaultTest implements DriverEvents {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration GRACE = Duration.ofMillis(300);

    @TempDir private Path directory;

    private final String instance = UUID.randomUUID().toString();
    private final Semaphore news = new Semaphore(0);
    private final List<String> told = new ArrayList<>();
    private boolean isFull;
    private int refusedCount;

    @Override
    public boolean running(final SessionRef session) {
        return tell(session, "running");
    }

    @Override
    public boolean line(
            final SessionRef session, final @Nullable String runId, final String agUiJson) {
        return tell(session, "line " + runId + " " + agUiJson);
    }

    @Override
    public boolean runError(
            final SessionRef session, final String runId, final String message, final String code) {
        return tell(
                session, "line " + runId + " {\"type\":\"RUN_ERROR\"} " + code + ": " + message);
    }

    @Override
    public boolean log(final SessionRef session, final String stream, final String text) {
        return tell(session, stream + ": " + text);
    }

    @Override
    public boolean completed(final SessionRef session, final int exitCode) {
        return tell(session, "completed " + exitCode);
    }

    @Override
    public boolean failed(
            final SessionRef session,
            final String error,
            final OptionalInt exitCode,
            final OptionalInt signal) {
        return tell(
                session,
                "failed code=%d signal=%d %s"
                        .formatted(exitCode.orElse(0), signal.orElse(0), error));
    }

    @Override
    public boolean stopped(final SessionRef session) {
        return tell(session, "stopped");
    }

    private boolean tell(final SessionRef session, final String what) {
        if (isFull) {
            refusedCount++;
            return false;
        }
        told.add(session.id() + " " + what);
        return true;
    }

    @AfterEach
    void endWhatIsLeft() {
        MarkedProcesses.signal(mark -> mark.startsWith(instance), Signal.KILL);
    }

    @Test
    void shouldPassRunsInAndLinesOutAndCompleteWithTheProcess() throws IOException {
        final ProcessDriver driver =
                driver(
                        "echo oops >&2; read line; echo \"{\\\"got\\\":$line}\"; echo"
                                + " '{\"type\":\"RUN_FINISHED\"}'; echo \"$WEFT_SESSION_ID"
                                + " $WEFT_SESSION\"; pwd");
        final SessionRef session = session("a", 1);
        driver.start(session);
        driver.send(session, new RunInput("r1", "a", 2, "{\"runId\":\"r1\"}"));

        drive(driver, () -> has("a completed 0"));

        assertThat(told.get(0)).startsWith("a process: started: pid=");
        assertThat(told.get(1)).isEqualTo("a running");
        assertThat(told)
                .containsSubsequence(
                        "a line r1 {\"got\":{\"runId\":\"r1\"}}",
                        "a line r1 {\"type\":\"RUN_FINISHED\"}",
                        "a line null a {\"task\":\"x\"}",
                        "a line null " + directory.toRealPath().resolve("a"),
                        "a completed 0")
                .contains("a stderr: oops");
    }

    @Test
    void shouldFailWithCodeOrSignalAndEndTheRunsThatAreOpen() {
        final ProcessDriver driver =
                driver("read line; if [ $WEFT_SESSION_ID = a ]; then exit 7; else kill -9 $$; fi");
        for (final String id : List.of("a", "b")) {
            driver.start(session(id, 1));
            driver.send(session(id, 1), new RunInput("r-" + id, id, 2, "{}"));
        }

        drive(driver, () -> has("a failed") && has("b failed"));

        assertThat(told)
                .contains("a failed code=7 signal=0 the command ended: exit code 7")
                .contains("b failed code=0 signal=9 the command ended: SIGKILL")
                .anyMatch(
                        each ->
                                each.startsWith("a line r-a {\"type\":\"RUN_ERROR\"")
                                        && each.contains("COMMAND_ENDED"));
    }

    @Test
    void shouldKillTheWholeGroupWhenItIgnoresSigterm() {
        final ProcessDriver driver =
                driver(
                        "trap '' TERM; (trap '' TERM; sleep 300) & setsid sleep 300 & echo up;"
                                + " while :; do sleep 0.05; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));
        assertThat(alive()).isNotEmpty();

        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));

        assertThat(told).contains("a process: it did not end in time: SIGKILL");
        drive(driver, () -> alive().isEmpty());
    }

    @Test
    void shouldDeleteTheDirectoryOfADeletedSessionWhenItsProcessesHaveEnded(
            @TempDir final Path outside) throws Exception {
        Files.writeString(outside.resolve("precious"), "p");
        final ProcessDriver driver =
                driver(
                        "trap '' TERM; (trap '' TERM; setsid sleep 300) & ln -s '"
                                + outside
                                + "' link; ln -s '"
                                + outside
                                + "/precious' file; top=$PWD; i=0; while [ $i -lt 2500 ]; do"
                                + " mkdir d; cd d; i=$((i+1)); done; echo x > x; cd \"$top\";"
                                + " mkdir locked; echo x > locked/x; chmod 500 locked; echo up;"
                                + " while :; do sleep 0.05; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));

        driver.stop(session("a", 1));
        driver.deleted("a");
        drive(driver, () -> !Files.exists(directory.resolve("a")));
        assertThat(has("a stopped")).as("not before its end").isTrue();
        drive(driver, () -> isEmpty(directory));

        assertThat(alive()).isEmpty();
        assertThat(outside.resolve("precious")).hasContent("p");
    }

    private static boolean isEmpty(final Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void shouldLeaveADirectoryThatItHasNotMade() throws Exception {
        Files.createDirectories(directory.resolve("a"));
        Files.createDirectories(directory.resolve("b"));
        final ProcessDriver driver = driver("pwd");
        driver.start(session("a", 1));
        drive(driver, () -> has("a completed 0"));
        driver.deleted("a");
        driver.deleted("b");
        driver.deleted("never-heard-of");
        driver.doWork();
        assertThat(directory.resolve("a")).isDirectory();
        assertThat(directory.resolve("b")).isDirectory();
    }

    @Test
    void shouldGiveANewSessionOfTheSameIdANewDirectory() throws Exception {
        final ProcessDriver driver = driver("ls; echo x > x; echo up; read line");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));
        driver.stop(session("a", 1));
        driver.deleted("a");
        driver.start(session("a", 5));
        drive(driver, () -> count("a line null up") == 2);
        assertThat(has("a line null x")).isFalse();
        driver.stop(session("a", 5));
        drive(driver, () -> count("a stopped") == 2);
        assertThat(directory.resolve("a/x")).as("it was only stopped").exists();
        driver.deleted("a");
        drive(driver, () -> isEmpty(directory));
    }

    @Test
    void shouldDeleteAfterARestartWhatAServerLeft() throws Exception {
        final ProcessDriver killed = driver("echo x > x; echo up; read line");
        killed.start(session("a", 1));
        killed.start(session("b", 2));
        drive(killed, () -> count("a line null up") + count("b line null up") == 2);
        Files.move(directory.resolve("a"), directory.resolve(".deleted-a-7"));

        final ProcessDriver driver = driver("echo up; read line");
        assertThat(driver.kept()).containsExactlyInAnyOrder("a", "b");
        driver.recover(List.of());
        driver.deleted("a");
        driver.deleted("b");
        driver.start(session("b", 9));
        drive(driver, () -> count("b line null up") == 2);

        drive(driver, () -> !Files.exists(directory.resolve(".deleted-a-7")));
        assertThat(directory.resolve("b/x")).as("a new one").doesNotExist();
        assertThat(driver.kept()).containsExactly("b");
    }

    @Test
    void shouldEndWhatAProcessLeavesBehind() {
        final ProcessDriver driver = driver("sleep 300 & setsid sleep 300 & echo bye");
        driver.start(session("a", 1));
        drive(driver, () -> has("a completed 0"));
        assertThat(told).contains("a line null bye");
        drive(driver, () -> alive().isEmpty());
    }

    @Test
    void shouldSayWhatBecameOfALongLineAHalfOneAndOneThatIsNoText() {
        final ProcessDriver driver =
                driver(
                        "head -c 104857600 /dev/zero | tr '\\0' x; echo; echo next; printf"
                                + " '\\377\\n"
                                + "'; printf '{\"type\"'; exit 3");
        driver.start(session("a", 1));

        drive(driver, () -> has("a failed"));

        assertThat(told)
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "a process: a line on stdout is too long:"
                                                + " length=104857600"))
                .contains("a line null next", "a line null \ufffd")
                .contains(
                        "a process: the output ended within a line: length=7; it begins:"
                                + " {\"type\"");
        assertThat(told.get(told.size() - 1)).startsWith("a failed code=3");
    }

    @Test
    void shouldLetAProcessLiveThatClosesItsOutputs() {
        final ProcessDriver driver = driver("exec >&- 2>&-; read line; touch ready; read line");
        driver.start(session("a", 1));
        driver.send(session("a", 1), new RunInput("r1", "a", 2, "{}"));
        drive(driver, () -> Files.exists(directory.resolve("a/ready")));
        assertThat(has("a completed")).isFalse();

        driver.send(session("a", 1), new RunInput("r2", "a", 3, "{}"));

        drive(driver, () -> has("a completed 0"));
    }

    @Test
    void shouldInterruptARunAndGoOn() {
        final ProcessDriver driver =
                driver("trap 'echo interrupted' INT; echo up; while :; do sleep 0.05; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));

        driver.interrupt(session("a", 1), null);

        drive(driver, () -> has("a line null interrupted"));
        assertThat(has("a failed")).isFalse();
        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));
    }

    /** An interrupt that comes when its run is over is not for the next one. */
    @Test
    void shouldInterruptTheRunThatIsMeantOnly() {
        final ProcessDriver driver =
                driver(
                        "trap 'echo interrupted' INT; read line; echo '{\"type\":\"RUN_FINISHED\"}';"
                                + " read line; echo up; while :; do sleep 0.05; done");
        driver.start(session("a", 1));
        driver.send(session("a", 1), new RunInput("r1", "a", 2, "{}"));
        driver.send(session("a", 1), new RunInput("r2", "a", 3, "{}"));
        drive(driver, () -> has("a line r2 up"));

        driver.interrupt(session("a", 1), "r1");
        driver.interrupt(session("a", 1), "r2");

        drive(driver, () -> has("a line r2 interrupted"));
        driver.interrupt(session("a", 1), "of its own"); // a name that the process gave it, maybe
        drive(driver, () -> count("a line r2 interrupted") == 2);
        driver.interrupt(session("a", 1), "r1");
        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));
        assertThat(count("a line r2 interrupted")).isEqualTo(2);
    }

    private long count(final String what) {
        return told.stream().filter(what::equals).count();
    }

    @Test
    void shouldPassOnTheRunsOfASessionThatHadToWaitForItsStart() {
        final ProcessDriver killed = driver("trap '' TERM; echo up; while :; do sleep 0.05; done");
        killed.start(session("a", 1));
        drive(killed, () -> has("a line null up"));
        told.clear();

        final ProcessDriver driver = driver("while read line; do echo \"got $line\"; done");
        driver.recover(List.of(session("a", 1)));
        driver.start(session("b", 2)); // not before what is left of a is ended
        driver.start(session("c", 3));
        for (int i = 0; i <= ProcessDriver.EARLY_MAX; i++) {
            driver.send(session("b", 2), new RunInput("r" + i, "b", i, "{\"n\":" + i + "}"));
        }
        driver.send(session("c", 3), new RunInput("stopped", "c", 9, "{}"));
        driver.stop(session("c", 3));
        drive(driver, () -> has("b line r0 got {\"n\":" + (ProcessDriver.EARLY_MAX - 1) + "}"));

        assertThat(told)
                .containsSubsequence("b line r0 got {\"n\":0}", "b line r0 got {\"n\":1}")
                .anyMatch(
                        each ->
                                each.startsWith("b line r" + ProcessDriver.EARLY_MAX + " ")
                                        && each.contains("NOT_PASSED_ON"))
                .anyMatch(
                        each ->
                                each.startsWith("c line stopped ")
                                        && each.contains("the session was stopped"))
                .contains("c stopped");
        driver.close();
        killed.close();
    }

    @Test
    void shouldMakeTheProcessWaitWhenNothingIsTaken() {
        final ProcessDriver driver = driver("seq 300000");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null 1"));
        isFull = true;
        drive(driver, () -> refusedCount > 20);
        assertThat(alive()).as("it waits, with more than the pipe holds").isNotEmpty();
        isFull = false;

        drive(driver, () -> told.get(told.size() - 1).startsWith("a completed 0"));

        final List<String> lines =
                told.stream().filter(each -> each.startsWith("a line null ")).toList();
        assertThat(lines).hasSize(300_000);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).endsWith(" " + (i + 1));
        }
    }

    @Test
    void shouldTellARunThatIsNotReadWithinBounds() {
        final ProcessDriver driver = driver("echo up; sleep 300");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));
        final String large = "{\"text\":\"" + "x".repeat(1 << 20) + "\"}";
        for (int i = 0; i < 10; i++) {
            driver.send(session("a", 1), new RunInput("r" + i, "a", i, large));
        }
        drive(driver, () -> has("a line r9 {\"type\":\"RUN_ERROR\""));
        assertThat(told.get(told.size() - 1)).contains("does not read its input");
        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));
    }

    @Test
    void shouldStartAnewOnlyWhenTheEarlierProcessIsGone() {
        final ProcessDriver driver =
                driver("trap 'echo ending; exit 0' TERM; echo up $$; while :; do sleep 0.05; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));

        driver.start(session("a", 5));
        drive(driver, () -> told.stream().filter(each -> each.contains("null up")).count() == 2);

        assertThat(told)
                .containsSubsequence("a line null ending", "a stopped")
                .filteredOn(each -> each.equals("a running"))
                .hasSize(2);
        driver.stop(session("a", 5));
        drive(driver, () -> told.stream().filter(each -> each.equals("a stopped")).count() == 2);
    }

    @Test
    void shouldEndTheOrphansOfAnEarlierServerBeforeAnythingIsStarted() {
        final ProcessDriver killed =
                driver(
                        "trap '' TERM; (trap '' TERM; setsid sleep 300) & echo up; while :; do"
                                + " sleep 0.05; done");
        killed.start(session("a", 1));
        killed.start(session("b", 2));
        drive(killed, () -> has("a line null up") && has("b line null up"));
        assertThat(alive()).containsOnlyKeys("a@1", "b@2");
        told.clear();

        final ProcessDriver driver = driver("echo anew; read line");
        driver.recover(List.of(session("a", 1), session("c", 7)));
        driver.stop(session("c", 7));
        driver.start(session("b", 2)); // never told that it runs: it is started again
        drive(driver, () -> has("b line null anew"));

        assertThat(told)
                .contains(
                        "a failed code=0 signal=0 the server was restarted while the command ran",
                        "c stopped")
                .anyMatch(each -> each.startsWith("a process: the server was restarted while"));
        assertThat(alive()).containsOnlyKeys("b@2");
        driver.close();
        assertThat(alive()).isEmpty();
    }

    @Test
    void shouldTellWhatCannotBeStarted() {
        final ProcessDriver driver =
                new ProcessDriver(
                        settings(List.of(command("no", List.of("no-such-program")))),
                        this,
                        news::release,
                        System::nanoTime);
        driver.recover(List.of());
        driver.start(new SessionRef("a", 1, "no", "{}"));
        driver.start(new SessionRef("b", 1, "other", "{}"));
        drive(driver, () -> has("a failed") && has("b failed"));
        assertThat(told)
                .contains("a failed code=0 signal=0 no such program: no-such-program")
                .anyMatch(each -> each.contains("no command of this name: other"));
    }

    @Test
    void shouldRunSoManyAtOnceAndNoMore() {
        final ProcessDriver driver =
                new ProcessDriver(
                        new ProcessSettings(
                                List.of(command("agent", List.of("sh", "-c", "read line"))),
                                directory,
                                GRACE.toNanos(),
                                2,
                                instance),
                        this,
                        news::release,
                        System::nanoTime);
        for (final String id : List.of("a", "b", "c")) {
            driver.start(session(id, 1));
        }
        drive(driver, () -> has("a running") && has("b running") && has("c failed"));
        assertThat(told).contains("c failed code=0 signal=0 too many commands run: max=2");
        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));
        driver.start(session("c", 2));
        drive(driver, () -> has("c running"));
        driver.close();
    }

    /** The system takes no longer environment, and no text with a NUL. */
    @Test
    void shouldStartWithoutAWishThatIsTooLongOrNoText() {
        final ProcessDriver driver = driver("echo \"$WEFT_SESSION_ID ${WEFT_SESSION-none}\"");
        driver.start(new SessionRef("a", 1, "agent", "{\"task\":\"" + "é".repeat(60_000) + "\"}"));
        driver.start(new SessionRef("b", 1, "agent", "{\"task\":\"\0\"}"));
        drive(driver, () -> has("a completed 0") && has("b completed 0"));
        assertThat(told).contains("a line null a none", "b line null b none");
    }

    @Test
    void shouldKillWhatHoldsTheOutputAndIgnoresSigterm() {
        final ProcessDriver driver =
                driver("(trap '' TERM; echo deaf; while :; do sleep 0.05; done) & read line");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null deaf"));
        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));
        assertThat(alive()).isEmpty();
    }

    /** It left the group and its mark, so nobody can tell whose it is: it is not waited for. */
    @Test
    void shouldLetGoOfAnOutputThatAStrangerHolds() throws IOException {
        final ProcessDriver driver =
                driver("setsid env -i sh -c 'echo $$ > pid; exec sleep 60' & sleep 0.2; echo bye");
        driver.start(session("a", 1));
        drive(driver, () -> has("a completed 0"));
        assertThat(told).contains("a line null bye");
        final long pid =
                Long.parseLong(Files.readString(directory.resolve("a").resolve("pid")).trim());
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly)).contains(true);
    }

    @Test
    void shouldKeepTheRunsOfAStartThatHasToWaitForTheEarlierOne() {
        final ProcessDriver driver =
                driver("trap 'exit 0' TERM; echo up; while read line; do echo \"got $line\"; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));
        driver.start(session("a", 5));
        driver.send(session("a", 5), new RunInput("r", "a", 6, "{\"n\":1}"));
        drive(driver, () -> has("a line r got {\"n\":1}"));
        assertThat(told).containsSubsequence("a stopped", "a running", "a line r got {\"n\":1}");
        driver.stop(session("a", 5));
        driver.send(session("a", 5), new RunInput("late", "a", 7, "{}"));
        driver.interrupt(session("a", 5), null); // it ends already, by what it was asked first
        drive(driver, () -> count("a stopped") == 2);
        assertThat(told)
                .anyMatch(
                        each ->
                                each.startsWith("a line late {\"type\":\"RUN_ERROR\"")
                                        && each.contains("the command is ending"));
        driver.interrupt(session("a", 5), null);
        driver.send(session("a", 5), new RunInput("lost", "a", 8, "{}"));
        assertThat(driver.doWork()).as("nobody is there").isZero();
    }

    @Test
    void shouldTellEverythingInItsOrderWhenNothingWasTakenFirst() {
        final ProcessDriver driver = driver("echo one; echo two");
        isFull = true;
        driver.start(session("a", 1));
        driver.start(new SessionRef("b", 1, "other", "{}"));
        drive(driver, () -> refusedCount > 20 && alive().isEmpty());
        assertThat(told).isEmpty();
        isFull = false;
        drive(driver, () -> has("a completed 0") && has("b failed"));
        assertThat(told)
                .filteredOn(each -> each.startsWith("a "))
                .hasSize(5)
                .containsSubsequence(
                        "a running", "a line null one", "a line null two", "a completed 0");
    }

    @Test
    void shouldTellOfOrphansWhenThatCanBeTaken() {
        final ProcessDriver driver = driver("read line");
        isFull = true;
        driver.recover(List.of(session("a", 1)));
        driver.start(session("b", 2));
        drive(driver, () -> refusedCount > 5);
        assertThat(alive()).as("nothing is started before they are told of").isEmpty();
        isFull = false;
        drive(driver, () -> has("b running"));
        assertThat(told)
                .containsSubsequence(
                        "a process: the server was restarted; nothing of the command is left",
                        "a failed code=0 signal=0 the server was restarted while the command ran",
                        "b running");
        driver.close();
    }

    @Test
    void shouldPassOnWhatIsPrintedAsErrors() {
        final ProcessDriver driver =
                driver(
                        "echo; echo >&2; head -c 70000 /dev/zero | tr '\\0' x >&2; echo >&2; printf half >&2");
        driver.start(session("a", 1));
        drive(driver, () -> has("a completed 0"));
        assertThat(told)
                .filteredOn(each -> each.startsWith("a stderr: ") || each.startsWith("a line"))
                .as("empty lines are none")
                .containsExactly("a stderr: half");
        assertThat(told)
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "a process: a line on stderr is too long: length=70000 max=65536"));
    }

    @Test
    void shouldAskAProcessToEndOnce() {
        final ProcessDriver driver =
                driver("trap 'echo asked' TERM; echo up; while :; do sleep 0.02; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));
        driver.stop(session("a", 1));
        drive(driver, () -> has("a line null asked"));
        driver.stop(session("a", 1));
        drive(driver, () -> has("a stopped"));
        assertThat(count("a line null asked")).isEqualTo(1);
        assertThat(told).contains("a process: it did not end in time: SIGKILL");
    }

    @Test
    void shouldNotWaitForEverWhenTheServerStops() {
        final ProcessDriver driver = driver("trap '' TERM; echo up; while :; do sleep 0.02; done");
        driver.start(session("a", 1));
        drive(driver, () -> has("a line null up"));
        driver.close();
        assertThat(alive()).isEmpty();
    }

    private ProcessDriver driver(final String script) {
        return new ProcessDriver(
                settings(List.of(command("agent", List.of("sh", "-c", script)))),
                this,
                news::release,
                System::nanoTime);
    }

    private ProcessSettings settings(final List<SessionCommand> commands) {
        return new ProcessSettings(commands, directory, GRACE.toNanos(), 100, instance);
    }

    private static SessionCommand command(final String name, final List<String> words) {
        return new SessionCommand(name, words, ResourceLimits.NONE);
    }

    private static SessionRef session(final String id, final long startSequence) {
        return new SessionRef(id, startSequence, "agent", "{\"task\":\"x\"}");
    }

    private Map<String, List<Long>> alive() {
        return MarkedProcesses.withPrefix(instance + ':');
    }

    private boolean has(final String beginning) {
        return told.stream().anyMatch(each -> each.startsWith(beginning));
    }

    /** Runs the driver as its thread would, until something holds. */
    private void drive(final ProcessDriver driver, final BooleanSupplier until) {
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!until.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("it did not come to that; told: " + last());
            }
            if (driver.doWork() == 0) {
                try {
                    news.tryAcquire(20, TimeUnit.MILLISECONDS);
                } catch (final InterruptedException ex) {
                    throw new AssertionError(ex);
                }
                news.drainPermits();
            }
        }
    }

    private List<String> last() {
        return told.subList(Math.max(0, told.size() - 20), told.size());
    }
}

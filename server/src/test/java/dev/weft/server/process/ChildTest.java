package dev.weft.server.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ChildTest {
    @TempDir private Path directory;

    private @Nullable Child child;

    @AfterEach
    void endWhatIsLeft() {
        if (child != null) {
            child.kill();
            child.closePipes();
        }
    }

    @Test
    void shouldRunInItsDirectoryWithItsEnvironmentLimitsAndGroup() throws Exception {
        final Child started =
                start(
                        shell("pwd; echo $COLOUR; ulimit -n; ps -o pgid=,sid= -p $$"),
                        new ResourceLimits(0, 77, 0, 0, 0),
                        Map.of("COLOUR", "blue"));

        final List<String> lines = text(started.output()).lines().map(String::trim).toList();

        final String pid = Long.toString(started.pid());
        assertThat(lines.subList(0, 3))
                .containsExactly(directory.toRealPath().toString(), "blue", "77");
        assertThat(lines.get(3).split(" +")).containsExactly(pid, pid);
        assertThat(exit(started)).isEqualTo(new Exit(0, null));
    }

    /** As what cannot be written in the locale. */
    @Test
    void shouldFindNoProgramWhoseNameNoFileCanHave() {
        for (final String name : List.of("a\0b", "./a\0b")) {
            assertThatThrownBy(() -> Programs.find(name, null))
                    .isInstanceOf(NoSuchFileException.class);
        }
    }

    /** As a shell has it that starts this process in the background. */
    @Test
    void shouldPassInterruptsThatThisProcessIgnores() throws Exception {
        CLibrary.signal(2, Pointer.createConstant(1)); // SIG_IGN

        final Child started = start(shell("kill -INT $$; echo deaf"));

        assertThat(text(started.output())).isEmpty();
        assertThat(exit(started).signal()).isEqualTo("SIGINT");
    }

    @Test
    void shouldTellCodesAndSignals() throws Exception {
        assertThat(exit(start(shell("exit 7")))).isEqualTo(new Exit(7, null));
        assertThat(exit(start(shell("kill -9 $$")))).isEqualTo(new Exit(137, "SIGKILL"));
        assertThat(exit(start(shell("exit 255")))).isEqualTo(new Exit(255, null));
    }

    @Test
    void shouldWriteToItsInputAndReadBothOutputs() throws Exception {
        final Child started = start(shell("read line; echo out $line; echo err $line >&2"));

        try (FileChannel input = started.input()) {
            input.write(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.UTF_8)));
        }

        assertThat(text(started.output())).isEqualTo("out hello\n");
        assertThat(text(started.errors())).isEqualTo("err hello\n");
    }

    @Test
    void shouldReadWhatComesAfterTheProgramItselfHasEnded() throws Exception {
        final Path gate = directory.resolve("gate");
        final Child started =
                start(
                        shell(
                                "(while [ ! -e gate ]; do sleep 0.02; done; echo late) 2>/dev/null & echo early"));
        exit(started);
        Files.createFile(gate);

        assertThat(text(started.output())).isEqualTo("early\nlate\n");
    }

    @Test
    void shouldSignalTheWholeGroup() throws Exception {
        final Child started = start(shell("sleep 300 & sleep 300 & echo ready; wait"));
        assertThat(line(started.output())).isEqualTo("ready");
        assertThat(started.identity().alive()).hasSize(3);

        started.signal(Signal.TERMINATE);

        assertThat(exit(started).signal()).isEqualTo("SIGTERM");
        await().until(() -> !started.isAnybodyLeft());
    }

    @Test
    void shouldKillWhatIgnoresSignalsAndWhatHasLeftTheGroup() throws Exception {
        final Child started =
                start(
                        shell(
                                "trap '' TERM INT; setsid sleep 300 & sleep 300 & echo ready; while :; do sleep 0.05; done"));
        assertThat(line(started.output())).isEqualTo("ready");
        started.signal(Signal.TERMINATE);
        started.signal(Signal.INTERRUPT);
        assertThat(started.exit()).isNotDone();

        started.kill();

        assertThat(exit(started).signal()).isEqualTo("SIGKILL");
        await().until(() -> !started.isAnybodyLeft());
    }

    /** Between two programs a process has no environment for a moment, so no mark. */
    @Test
    void shouldFindWhatIsBecomingAnotherProgram() throws Exception {
        Files.writeString(directory.resolve("again"), "#!/bin/sh\nexec ./again\n");
        assertThat(directory.resolve("again").toFile().setExecutable(true)).isTrue();
        final Child started = start(shell("setsid ./again & echo $!"));
        final long again = Long.parseLong(line(started.output()));
        exit(started);

        for (int i = 0; i < 500; i++) {
            assertThat(started.identity().alive()).as("look %d", i).containsExactly(again);
        }
        started.kill();
        await().until(() -> !started.isAnybodyLeft());
    }

    @Test
    void shouldFindAndEndOrphansWhoseProgramIsGone() throws Exception {
        final Child started = start(shell("sleep 300 & setsid sleep 300 & echo ready"));
        assertThat(line(started.output())).isEqualTo("ready");
        exit(started);
        final ProcessIdentity known = started.identity();
        final ProcessIdentity read =
                new ProcessIdentity(known.pid(), known.startTicks(), known.mark());
        assertThat(read.alive()).hasSize(2).doesNotContain(known.pid());

        assertThat(read.signal(Signal.KILL)).isEqualTo(2);

        await().until(() -> read.alive().isEmpty());
    }

    @Test
    void shouldFindWhatHasAMarkWithinItsOwn() throws Exception {
        final Child started =
                start(
                        shell(
                                "WEFT_PROCESS=$WEFT_PROCESS/inner sleep 300 & WEFT_PROCESS=${WEFT_PROCESS}2 sleep 300 &"
                                        + " echo ready; wait"));
        assertThat(line(started.output())).isEqualTo("ready");

        await().until(() -> started.identity().alive().size() == 2);
        started.signal(Signal.TERMINATE);
        exit(started);

        await().until(() -> !started.isAnybodyLeft());
    }

    @Test
    void shouldTakeNobodyElseForItsProgramWhenThePidIsUsedAgain() throws Exception {
        final Child started = start(shell("echo ready; exec sleep 300"));
        assertThat(line(started.output())).isEqualTo("ready");
        final ProcessIdentity known = started.identity();
        assertThat(known.alive()).contains(known.pid());

        final ProcessIdentity earlier =
                new ProcessIdentity(known.pid(), known.startTicks() - 1, known.mark());

        assertThat(earlier.alive()).doesNotContain(known.pid());
        assertThat(earlier.signal(Signal.KILL)).isZero();
        assertThat(started.exit()).isNotDone();
    }

    @Test
    void shouldEndAWaitForOutputWhenItsPipesAreClosed() throws Exception {
        final Child started = start(shell("echo ready; sleep 300"));
        assertThat(line(started.output())).isEqualTo("ready");
        final CompletableFuture<Throwable> reading =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                started.output().read(ByteBuffer.allocate(1));
                                return new AssertionError("it read something");
                            } catch (final IOException ex) {
                                return ex;
                            }
                        });
        await().during(50, TimeUnit.MILLISECONDS).until(() -> !reading.isDone());

        started.closePipes();

        assertThat(reading.get(10, TimeUnit.SECONDS))
                .isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void shouldRefuseWhatCannotBeRun() throws IOException {
        final Path file = Files.createFile(directory.resolve("plain"));
        assertThatThrownBy(() -> start(List.of("no-such-program")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("no-such-program");
        assertThatThrownBy(() -> start(List.of("./none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> start(List.of(file.toString())))
                .isInstanceOf(AccessDeniedException.class);
    }

    private static List<String> shell(final String script) {
        return List.of("sh", "-c", script);
    }

    private Child start(final List<String> words) throws IOException {
        return start(words, ResourceLimits.NONE, Map.of());
    }

    private Child start(
            final List<String> words,
            final ResourceLimits limits,
            final Map<String, String> environment)
            throws IOException {
        endWhatIsLeft();
        final Child started =
                Child.start(
                        new Command(
                                words,
                                directory,
                                environment,
                                limits,
                                Command.Input.PIPE,
                                true,
                                UUID.randomUUID().toString()));
        child = started;
        return started;
    }

    private static Exit exit(final Child started) throws Exception {
        return started.exit().get(20, TimeUnit.SECONDS);
    }

    private static String text(final FileChannel channel) throws IOException {
        try (InputStream in = Channels.newInputStream(channel)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String line(final FileChannel channel) throws IOException {
        final StringBuilder line = new StringBuilder();
        final ByteBuffer one = ByteBuffer.allocate(1);
        while (channel.read(one.clear()) == 1 && one.get(0) != '\n') {
            line.append((char) one.get(0));
        }
        return line.toString();
    }

    private static final class CLibrary {
        static {
            Native.register(CLibrary.class, Platform.C_LIBRARY_NAME);
        }

        private static native Pointer signal(int number, Pointer handler);
    }
}

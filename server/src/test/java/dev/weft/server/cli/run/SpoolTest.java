package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SpoolTest {
    private static final RunIdentity IDENTITY = new RunIdentity("run-1", "7", true);

    @TempDir private Path root;

    private final byte[] target = new byte[2 << 20];

    @Test
    void shouldGiveWhatWasAppendedInOrderAndGoWhenItIsDelivered() throws Exception {
        final Spool spool = create(1 << 20);
        append(spool, "one\n");
        append(spool, "two\nthree\n");
        assertThat(peek(spool)).isEqualTo("one\ntwo\nthree\n").isEqualTo(peek(spool));
        spool.delivered(4);
        assertThat(peek(spool)).isEqualTo("two\nthree\n");
        spool.delivered(10);
        spool.end();
        assertThat(peek(spool)).isEmpty();
        spool.close();
        assertThat(files(root)).isEmpty();
    }

    @Test
    void shouldMakeWaitWhoAppendsToAFullOneUntilSomethingIsDelivered() throws Exception {
        final Spool spool = create(10);
        append(spool, "12345678\n");
        final CompletableFuture<Void> second =
                CompletableFuture.runAsync(() -> append(spool, "abcdefgh\n"));
        await().during(50, TimeUnit.MILLISECONDS).until(() -> !second.isDone());
        assertThat(peek(spool)).isEqualTo("12345678\n");

        spool.delivered(9);

        second.get(10, TimeUnit.SECONDS);
        assertThat(peek(spool)).isEqualTo("abcdefgh\n");
        final CompletableFuture<Void> third =
                CompletableFuture.runAsync(() -> append(spool, "ABCDEFGH\n"));
        spool.openEnd();
        third.get(10, TimeUnit.SECONDS);
        spool.close();
    }

    @Test
    void shouldDeleteFilesOnTheWay() throws Exception {
        final Spool spool = create(Long.MAX_VALUE);
        final String line = "x".repeat((1 << 20) - 1) + "\n";
        for (int i = 0; i < 40; i++) {
            append(spool, line);
        }
        assertThat(segments(spool)).hasSize(5);
        for (int i = 0; i < 35; i++) {
            spool.delivered(peekOne(spool, line.length()));
        }
        peek(spool);
        assertThat(segments(spool)).hasSize(1);
        spool.close();
    }

    @Test
    void shouldBeOpenedAgainWithoutItsTornLine() throws Exception {
        final Spool spool = create(Long.MAX_VALUE);
        append(spool, "{\"id\":\"run-1/1\"}\n{\"id\":\"run-1/2\"}\n");
        assertThat(SpoolDirectory.leftovers(root)).as("it is somebody's").isEmpty();
        spool.close();
        final Path file = segments(spool).get(0);
        Files.writeString(file, "{\"id\":\"run-1/3\"", StandardOpenOption.APPEND);

        final List<SpoolDirectory> left = SpoolDirectory.leftovers(root);

        assertThat(left).hasSize(1);
        assertThat(left.get(0).identity()).isEqualTo(IDENTITY);
        final Spool opened = Spool.open(left.get(0));
        assertThat(new String(opened.lastLine(), UTF_8)).isEqualTo("{\"id\":\"run-1/2\"}\n");
        append(opened, "last\n");
        assertThat(peek(opened)).isEqualTo("{\"id\":\"run-1/1\"}\n{\"id\":\"run-1/2\"}\nlast\n");
        opened.close();
        assertThat(segments(spool)).hasSize(1);
    }

    /** Whoever was killed while it deleted its own leaves such a directory. */
    @Test
    void shouldRemoveWhatIsLeftOfADirectoryAndFindTheOthers() throws Exception {
        final Spool half = create(Long.MAX_VALUE);
        half.close();
        Files.delete(half.directory().path().resolve("run.json"));
        final Spool whole =
                Spool.create(
                        SpoolDirectory.create(root, new RunIdentity("run-2", "8", true)),
                        Long.MAX_VALUE);
        whole.close();

        final List<SpoolDirectory> left = SpoolDirectory.leftovers(root);

        assertThat(left).extracting(each -> each.identity().run()).containsExactly("run-2");
        assertThat(half.directory().path()).doesNotExist();
        left.get(0).close(true);
    }

    @Test
    void shouldFindTheLastLineBeforeAFileThatGotNone() throws Exception {
        final Spool spool = create(Long.MAX_VALUE);
        append(spool, "{\"id\":\"run-1/1\"}\n");
        spool.close();
        Files.writeString(spool.directory().path().resolve("00000002.ndjson"), "{\"id\":\"run");

        final Spool opened = Spool.open(SpoolDirectory.leftovers(root).get(0));

        assertThat(new String(opened.lastLine(), UTF_8)).isEqualTo("{\"id\":\"run-1/1\"}\n");
        append(opened, "last\n");
        assertThat(peek(opened)).isEqualTo("{\"id\":\"run-1/1\"}\n");
        opened.delivered(17);
        assertThat(peek(opened)).isEqualTo("last\n");
        opened.close();
    }

    @Test
    void shouldMakeRoomOfWhatWasDeliveredWhenTheDiskIsFull() throws Exception {
        final SmallDisk disk = new SmallDisk(1 << 20);
        final Spool spool = new Spool(SpoolDirectory.create(root, IDENTITY), Long.MAX_VALUE, disk);
        final String line = "x".repeat(99_999) + "\n";
        for (int i = 0; i < 40; i++) {
            append(spool, line);
            assertThat(peek(spool)).isEqualTo(line);
            spool.delivered(line.length());
        }
        assertThat(disk.refusals()).isPositive();
        spool.end();
        spool.close();
        assertThat(files(root)).isEmpty();
    }

    private Spool create(final long lengthMax) throws IOException {
        return Spool.create(SpoolDirectory.create(root, IDENTITY), lengthMax);
    }

    private static void append(final Spool spool, final String lines) {
        final byte[] bytes = lines.getBytes(UTF_8);
        try {
            spool.append(bytes, bytes.length);
        } catch (final IOException | InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    private String peek(final Spool spool) throws IOException, InterruptedException {
        return new String(target, 0, spool.peek(target), UTF_8);
    }

    private static int peekOne(final Spool spool, final int length)
            throws IOException, InterruptedException {
        return spool.peek(new byte[length]);
    }

    private static List<Path> segments(final Spool spool) throws IOException {
        return files(spool.directory().path()).stream()
                .filter(file -> file.toString().endsWith(".ndjson"))
                .toList();
    }

    private static List<Path> files(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}

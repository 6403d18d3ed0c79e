package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.Seeds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of a real process while it closes segments, and while retention deletes hours and
 * the segments with them: after each start what the index finds is what the journal has.
 */
@Tag("slow")
@Timeout(300)
class IndexKillFaultTest {
    private static final int KILLS = 12;
    private static final int BATCH = 200;
    private static final int TYPES = 7;
    private static final int AFTER_US_MAX = 40_000; // the index looks every 20 ms
    private static final int SEGMENT = 150; // a request closes one or two
    private static final String LINES = "Accept: application/x-ndjson";
    private static final Pattern LINE =
            Pattern.compile("\\{\"seq\":(\\d+),.*\"type\":\"([^\"]+)\".*");

    @TempDir private Path base;
    private long published;

    private record Event(long sequence, String type) {}

    @Test
    void shouldFindWhatTheJournalHasWhereverItsSegmentsWereLeft() throws Exception {
        final Lives lives = new Lives(1_000_000_000);
        int files = 0;
        int unfinished = 0;
        for (int i = 0; i < KILLS; i++) {
            try (ChildServer server = lives.next()) {
                check(server.address(), lives.context());
                publishFor(
                        server.address(),
                        lives.random.nextInt(5, 200),
                        lives.random.nextInt(AFTER_US_MAX));
                server.kill();
            }
            final List<Path> left = lives.indexFiles();
            files += left.size();
            unfinished += (int) left.stream().filter(IndexKillFaultTest::isUnfinished).count();
        }
        try (ChildServer server = lives.next()) {
            final List<Event> all = check(server.address(), lives.context());
            assertThat(all).hasSizeGreaterThanOrEqualTo((int) published);
            assertThat(lives.indexFiles()).noneMatch(IndexKillFaultTest::isUnfinished);
        }
        assertThat(files).as("files at the kills").isPositive();
        System.out.println(
                "kill -9 between segments: events=%d unfinished files=%d %s"
                        .formatted(published, unfinished, lives.context()));
    }

    @Test
    void shouldFindWhatTheJournalHasWhereverRetentionWasLeft() throws Exception {
        final Lives lives = new Lives(3_000);
        long oldest = 1;
        int deletions = 0;
        for (int i = 0; i < KILLS; i++) {
            try (ChildServer server = lives.next()) {
                final List<Event> all = check(server.address(), lives.context());
                if (!all.isEmpty() && all.get(0).sequence > oldest) {
                    oldest = all.get(0).sequence;
                    deletions++;
                }
                publishFor(
                        server.address(),
                        lives.random.nextInt(5, (int) (2 * SmallSegmentsServer.HOUR_MS)),
                        lives.random.nextInt(AFTER_US_MAX));
                server.kill();
            }
        }
        try (ChildServer server = lives.next()) {
            check(server.address(), lives.context());
        }
        assertThat(deletions).as("lives in which hours were deleted").isPositive();
        System.out.println(
                "kill -9 during retention: events=%d oldest=%d lives that deleted=%d %s"
                        .formatted(published, oldest, deletions, lives.context()));
    }

    private static boolean isUnfinished(final Path file) {
        return file.toString().endsWith(".tmp");
    }

    /** Publishes until the time is over, and lets some pass in which segments may be written. */
    private void publishFor(final InetSocketAddress address, final long ms, final long afterUs)
            throws IOException {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        try (HttpClient client = new HttpClient(address)) {
            while (System.nanoTime() - endNs < 0) {
                final List<String> events = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    events.add("{\"type\":\"t." + i % TYPES + "\",\"subject\":\"job/" + i + "\"}");
                }
                assertThat(client.post(events.toString()).status()).isEqualTo(200);
                published += BATCH;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        }
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(afterUs));
    }

    /** Every answer of the index beside what stands in the journal; returns the latter. */
    private static List<Event> check(final InetSocketAddress address, final String context)
            throws IOException {
        try (HttpClient client = new HttpClient(address)) {
            final long head = client.get("/health").number("head");
            final List<Event> byIndex = export(address, "/events?type=t.*&before=" + (head + 1));
            final List<Event> all =
                    new ArrayList<>(export(address, "/events?before=" + (head + 1)));
            final long[] totals = new long[TYPES];
            for (int type = 0; type < TYPES; type++) {
                totals[type] =
                        client.get("/events?limit=1&type=t." + type + "&before=" + (head + 1))
                                .number("total");
            }
            final long oldest = client.get("/health").number("oldest");
            all.removeIf(event -> !event.type.startsWith("t.") || event.sequence < oldest);
            assertThat(byIndex.stream().filter(event -> event.sequence >= oldest).toList())
                    .as(context)
                    .isEqualTo(all);
            for (int type = 0; type < TYPES; type++) {
                final String name = "t." + type;
                final long count = all.stream().filter(event -> event.type.equals(name)).count();
                assertThat(totals[type]).as("%s, %s", name, context).isGreaterThanOrEqualTo(count);
                assertThat(
                                client.get(
                                                "/events?limit=1&type=%s&after=%d&before=%d"
                                                        .formatted(name, oldest - 1, head + 1))
                                        .number("total"))
                        .as("%s, %s", name, context)
                        .isEqualTo(count);
            }
            return all;
        }
    }

    private static List<Event> export(final InetSocketAddress address, final String path)
            throws IOException {
        final List<Event> events = new ArrayList<>();
        try (Socket socket = new Socket(address.getAddress(), address.getPort());
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.0\r\nHost: localhost\r\n"
                                            + LINES
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(lines.readLine()).as(path).contains(" 200 ");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final Matcher event = LINE.matcher(line);
                if (event.matches()) {
                    events.add(new Event(Long.parseLong(event.group(1)), event.group(2)));
                }
            }
        }
        return events;
    }

    /** One process after the other on one directory. */
    private final class Lives {
        private final long seed = Seeds.one();
        private final SplittableRandom random = new SplittableRandom(seed);
        private final Path directory = base.resolve("journal");
        private final long retentionEvents;
        private final long rightUs = new SystemEpochMicroClock().microTime();

        Lives(final long retentionEvents) {
            this.retentionEvents = retentionEvents;
        }

        String context() {
            return "-Dtest.seed=" + seed;
        }

        ChildServer next() throws IOException {
            return ChildServer.start(
                    SmallSegmentsServer.class,
                    base.resolve("log"),
                    directory.toString(),
                    Integer.toString(SEGMENT),
                    Long.toString(retentionEvents),
                    Long.toString(rightUs));
        }

        List<Path> indexFiles() {
            try (Stream<Path> files = Files.list(directory.resolve("index"))) {
                return files.toList();
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }
}

package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.client.DoorPublisher;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publishing through shared memory to the real server. */
@Timeout(60)
class DoorSystemTest {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(10);

    @TempDir Path base;

    private Path door() {
        return base.resolve("door");
    }

    private WeftServer start(final String... settings) {
        final Map<String, String> all = new HashMap<>();
        all.put("door", door().toString());
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return WeftServer.start(base.resolve("journal"), all);
    }

    private static byte[] event(final String members) {
        return ("{\"type\":\"door.test\"" + members + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static long offer(final DoorPublisher publisher, final byte[] event) {
        long offer = publisher.offer(event, 0, event.length);
        while (offer == DoorPublisher.BACK_PRESSURED) {
            Thread.onSpinWait();
            offer = publisher.offer(event, 0, event.length);
        }
        return offer;
    }

    private static String get(final WeftServer server, final String path) throws IOException {
        try (HttpClient client = server.connect()) {
            return client.get(path).body();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "shared,EPOLL,journaled",
        "dedicated,EPOLL,journaled",
        "shared,NIO,journaled",
        "dedicated,NIO,journaled",
        "shared,IO_URING,journaled",
        "dedicated,IO_URING,journaled",
        "shared,EPOLL,durable",
        "dedicated,EPOLL,durable"
    })
    void shouldAppendWhatIsOfferedAndTellItsSequence(
            final String threading, final Transport transport, final String durability)
            throws Exception {
        Transports.assumed(transport);
        try (WeftServer server =
                        start(
                                "threading",
                                threading,
                                "transport",
                                transport.toString(),
                                "durability",
                                durability);
                DoorPublisher publisher = DoorPublisher.open(door())) {
            for (int i = 1; i <= 20_000; i++) {
                assertThat(offer(publisher, event(",\"data\":" + i))).isEqualTo(i);
            }
            assertThat(publisher.await(20_000, WAIT_NS)).isEqualTo(20_000);
            assertThat(publisher.acknowledged()).isEqualTo(20_000);
            assertThat(publisher.outcome(1)).isEqualTo(1);
            assertThat(get(server, "/events?after=19999"))
                    .contains("\"seq\":20000")
                    .contains("\"type\":\"door.test\"")
                    .contains("\"data\":20000}");
            assertThat(get(server, "/events/777")).contains("\"data\":777}");
        }
    }

    @ParameterizedTest
    @CsvSource({"shared", "dedicated"})
    void shouldWakeUpForASingleEvent(final String threading) throws Exception {
        try (WeftServer server = start("threading", threading);
                DoorPublisher publisher = DoorPublisher.open(door())) {
            final long startNs = System.nanoTime();
            for (int i = 1; i <= 100; i++) {
                assertThat(publisher.await(offer(publisher, event("")), WAIT_NS)).isEqualTo(i);
            }
            // Its own tick comes every 200 ms: without the bell each one would wait for that.
            assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(12));
            assertThat(server.weft().head()).isEqualTo(100);
        }
    }

    @Test
    void shouldTellEachRefusalWithItsReason() throws Exception {
        try (WeftServer server = start();
                DoorPublisher publisher = DoorPublisher.open(door())) {
            final long good = offer(publisher, event(""));
            final long unknown = offer(publisher, event(",\"tpye\":1"));
            final long malformed = offer(publisher, event(",\"data\":[1,"));
            final long reserved =
                    offer(
                            publisher,
                            "{\"type\":\"weft.mine\"}".getBytes(StandardCharsets.US_ASCII));
            final long next = offer(publisher, event(""));
            assertThat(publisher.await(next, WAIT_NS)).isEqualTo(2);
            assertThat(publisher.outcome(good)).isEqualTo(1);
            assertThat(publisher.outcome(unknown)).isEqualTo(-400);
            assertThat(publisher.reason(unknown)).contains("tpye");
            assertThat(publisher.outcome(malformed)).isEqualTo(-400);
            assertThat(publisher.reason(malformed)).contains("malformed JSON");
            assertThat(publisher.outcome(reserved)).isEqualTo(-400);
            assertThat(publisher.reason(good)).isEmpty();
            final byte[] long1 = new byte[1_000_001];
            assertThat(publisher.offer(long1, 0, long1.length)).isEqualTo(DoorPublisher.TOO_LONG);
            assertThat(server.weft().head()).isEqualTo(2);
        }
    }

    @Test
    void shouldTakeTheLongestEvent() throws Exception {
        try (WeftServer server = start();
                DoorPublisher publisher = DoorPublisher.open(door())) {
            final byte[] event =
                    event(",\"data\":\"" + "x".repeat(1_000_000 - event("").length - 10) + "\"");
            assertThat(event).hasSize(1_000_000);
            for (int i = 1; i <= 40; i++) { // several times round the ring
                assertThat(offer(publisher, event)).isEqualTo(i);
            }
            assertThat(publisher.await(40, WAIT_NS)).isEqualTo(40);
            assertThat(server.weft().head()).isEqualTo(40);
        }
    }

    @Test
    void shouldRecogniseAnIdThatCameByHttp() throws Exception {
        try (WeftServer server = start();
                DoorPublisher publisher = DoorPublisher.open(door());
                HttpClient client = server.connect()) {
            assertThat(client.post("{\"type\":\"door.test\",\"id\":\"a\"}").body())
                    .contains("\"seq\":1,");
            assertThat(publisher.await(offer(publisher, event(",\"id\":\"b\"")), WAIT_NS))
                    .isEqualTo(2);
            assertThat(publisher.await(offer(publisher, event(",\"id\":\"a\"")), WAIT_NS))
                    .isEqualTo(1);
            assertThat(server.weft().head()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"shared", "dedicated"})
    void shouldKeepTheOrderOfEachOfManyPublishers(final String threading) throws Exception {
        final int count = 4_000;
        try (WeftServer server = start("threading", threading)) {
            final List<Thread> threads = new ArrayList<>();
            final List<Throwable> failures = new ArrayList<>();
            for (int p = 0; p < 4; p++) {
                final String name = "p" + p;
                final Thread thread = new Thread(() -> publish(name, count), name);
                thread.setUncaughtExceptionHandler((t, ex) -> failures.add(ex));
                threads.add(thread);
                thread.start();
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(server.weft().head()).isEqualTo(4L * count);
        }
    }

    private void publish(final String name, final int count) {
        try (DoorPublisher publisher = DoorPublisher.open(door())) {
            for (int i = 1; i <= count; i++) {
                offer(publisher, event(",\"run_id\":\"" + name + "\",\"data\":" + i));
            }
            long last = 0;
            for (int i = 1; i <= count; i++) {
                final long sequence = publisher.await(i, WAIT_NS);
                assertThat(sequence).isGreaterThan(last);
                last = sequence;
            }
        } catch (final IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void shouldGiveASlotToTheNextWhenOneHasGone() throws Exception {
        try (WeftServer server = start()) {
            final List<DoorPublisher> all = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                all.add(DoorPublisher.open(door()));
            }
            assertThatThrownBy(() -> DoorPublisher.open(door()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no free slot");
            final DoorPublisher gone = all.remove(7);
            offer(gone, event(""));
            gone.close();
            await().until(() -> server.weft().head() == 1);
            await().ignoreExceptions()
                    .until(
                            () -> {
                                all.add(DoorPublisher.open(door()));
                                return true;
                            });
            final DoorPublisher last = all.get(all.size() - 1);
            assertThat(last.await(offer(last, event("")), WAIT_NS)).isEqualTo(2);
            assertThat(last.acknowledged()).isEqualTo(1);
            all.forEach(DoorPublisher::close);
        }
    }

    @Test
    void shouldTakeInWhatWasOfferedBeforeItStops() throws Exception {
        final WeftServer server = start();
        try (DoorPublisher publisher = DoorPublisher.open(door())) {
            for (int i = 1; i <= 5_000; i++) {
                offer(publisher, event(""));
            }
            server.close();
            assertThat(publisher.acknowledged()).isEqualTo(5_000);
            assertThat(publisher.outcome(5_000)).isEqualTo(5_000);
            assertThat(publisher.offer(event(""), 0, 20)).isEqualTo(DoorPublisher.CLOSED);
            assertThat(Files.exists(door())).isFalse();
            assertThatThrownBy(publisher::reopen).isInstanceOf(IOException.class);
            try (WeftServer next = start()) {
                assertThat(publisher.reopen()).isZero();
                assertThat(offer(publisher, event(""))).isEqualTo(5_001);
                assertThat(publisher.await(5_001, WAIT_NS)).isEqualTo(5_001);
                assertThat(publisher.outcome(5_000)).isEqualTo(DoorPublisher.UNKNOWN);
                assertThat(next.weft().head()).isEqualTo(5_001);
            }
        }
    }

    @Test
    void shouldNotTakeAwayWhatOthersLaidInItsPlace() throws Exception {
        final Path bell = base.resolve("door.bell");
        final WeftServer server = start();
        Files.delete(bell);
        Files.writeString(bell, "precious");
        Files.delete(door());
        Files.writeString(door(), "as precious");
        server.close();
        assertThat(bell).hasContent("precious");
        assertThat(door()).hasContent("as precious");
    }

    @Test
    void shouldLetInOwnerAndGroupOnly() throws Exception {
        try (WeftServer server = start()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(door())))
                    .isEqualTo("rw-rw----");
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(base.resolve("door.bell"))))
                    .isEqualTo("rw-rw----");
            assertThat(server.weft().head()).isZero();
        }
    }

    @Test
    void shouldNotStartOnADoorThatIsTakenOrIsNone() throws Exception {
        try (WeftServer server = start()) {
            assertThatThrownBy(
                            () ->
                                    WeftServer.start(
                                            base.resolve("other"),
                                            Map.of("door", door().toString())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("door.bell is in use by another process");
            assertThat(server.weft().head()).isZero();
        }
        Files.writeString(door(), "somebody's precious text");
        assertThatThrownBy(this::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another file");
        assertThat(door()).hasContent("somebody's precious text");
        Files.delete(door());
        final Path bell = base.resolve("door.bell");
        Files.writeString(bell, "as precious");
        assertThatThrownBy(this::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(bell + " is there and is no socket");
        assertThat(bell).hasContent("as precious");
    }
}

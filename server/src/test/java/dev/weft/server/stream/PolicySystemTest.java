package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Delivery policies over HTTP, in each form and in both modes. */
@Timeout(60)
class PolicySystemTest {
    /** How a client asks, and reads. */
    enum Form {
        SSE,
        NDJSON,
        WEBSOCKET;

        StreamSocket open(final InetSocketAddress address, final String query) throws Exception {
            return switch (this) {
                case SSE -> StreamSocket.get(address, "/events/stream?" + query);
                case NDJSON ->
                        StreamSocket.get(
                                address, "/events/stream?" + query, "Accept: application/x-ndjson");
                case WEBSOCKET -> StreamSocket.webSocket(address, "/events/ws?" + query);
            };
        }

        long next(final StreamSocket stream) throws Exception {
            return switch (this) {
                case SSE -> stream.id();
                case NDJSON -> sequence(stream.line());
                case WEBSOCKET -> sequence(stream.message());
            };
        }

        private static long sequence(final String text) {
            final int begin = text.indexOf("{\"seq\":") + "{\"seq\":".length();
            return Long.parseLong(text.substring(begin, text.indexOf(',', begin)));
        }
    }

    private static final int SUBJECTS = 4;
    private static final int EVENTS = 200;

    @TempDir Path directory;
    private WeftServer server;
    private HttpClient publisher;

    @BeforeEach
    void start() throws Exception {
        server = WeftServer.start(directory, Map.of());
        publisher = server.connect();
    }

    @AfterEach
    void stop() throws Exception {
        publisher.close();
        server.close();
    }

    private long publish(final int subject) throws Exception {
        final HttpClient.Answer answer =
                publisher.post("{\"type\":\"t\",\"subject\":\"k/" + subject + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.number("seq");
    }

    private long publishAll() throws Exception {
        long last = 0;
        for (int i = 0; i < EVENTS; i++) {
            last = publish(i % SUBJECTS);
        }
        return last;
    }

    @ParameterizedTest
    @EnumSource
    void shouldShowTheNewestOfEachSubjectAndThenWhatIsNew(final Form form) throws Exception {
        final long last = publishAll();
        try (StreamSocket stream = form.open(server.address(), "policy=latest&replay=all&type=t")) {
            for (long sequence = last - SUBJECTS + 1; sequence <= last; sequence++) {
                assertThat(form.next(stream)).isEqualTo(sequence);
            }
            final long live = publish(0);
            assertThat(form.next(stream)).isEqualTo(live);
            final long begin = System.nanoTime();
            final long end = publishAll();
            final List<Long> seen = new ArrayList<>();
            while (seen.isEmpty() || seen.get(seen.size() - 1) < end) {
                seen.add(form.next(stream));
            }
            final long batches = 2 + (System.nanoTime() - begin) / 100_000_000;
            assertThat(seen)
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .hasSizeLessThanOrEqualTo((int) batches * SUBJECTS)
                    .endsWith(end - 3, end - 2, end - 1, end);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldShowSoManyEventsPerSecondAndTheNewestInTheEnd(final Form form) throws Exception {
        final long last = publishAll();
        try (StreamSocket stream = form.open(server.address(), "policy=sample=5/s&after=0")) {
            assertThat(form.next(stream)).as("what was missed is one interval").isEqualTo(last);
            final long begin = System.nanoTime();
            final long end = publishAll();
            int seen = 0;
            long sequence = 0;
            while (sequence < end) {
                final long next = form.next(stream);
                assertThat(next).isGreaterThan(sequence);
                sequence = next;
                seen++;
            }
            assertThat((long) seen)
                    .isLessThanOrEqualTo(2 + (System.nanoTime() - begin) / 200_000_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"latest, 3", "sample=1000/s, 1"})
    void shouldGoOnBehindTheLastEventThatAClientHas(final String policy, final int count)
            throws Exception {
        for (int i = 0; i < 10; i++) {
            publish(0);
        }
        publish(1);
        publish(2);
        final long last = publish(0);
        final String query = "policy=" + policy;
        try (StreamSocket stream =
                StreamSocket.get(server.address(), "/events/stream?" + query, "Last-Event-ID: 5")) {
            for (long sequence = last - count + 1; sequence <= last; sequence++) {
                assertThat(stream.id()).isEqualTo(sequence);
            }
        }
    }
}

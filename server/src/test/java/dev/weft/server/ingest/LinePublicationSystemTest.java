package dev.weft.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.connection.RawClient;
import dev.weft.server.http.connection.RawClient.Answer;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.journal.Journal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** NDJSON of any length: constant memory, a slowed sender, faults in the middle. */
@Timeout(60)
@OnEachTransport
class LinePublicationSystemTest {
    private static final String HEAD =
            "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: ";
    private static final String LINE = "{\"type\":\"t\",\"data\":\"" + "x".repeat(176) + "\"}\n";
    private static final int LINES = 100_000;

    private final Transport transport;

    LinePublicationSystemTest(final Transport transport) {
        this.transport = Transports.assumed(transport);
    }

    @Test
    void shouldStopReadingWhileTheSequencerStandsStill() throws IOException {
        try (TestPublishing server = server(64);
                RawClient client = server.connect()) {
            server.held(true);
            final CompletableFuture<Void> sent = sendAll(client);
            await().until(() -> server.ingest.counters().pauses() > 0);
            final long readBefore = server.ingest.counters().bytes();
            assertThat(readBefore).isLessThan(1_500_000);
            assertThat(sent).isNotDone();
            server.held(false);
            assertThat(client.answer().body())
                    .isEqualTo(
                            "{\"accepted\":100000,\"duplicates\":0,\"first_seq\":1,\"last_seq\":100000,"
                                    + "\"durability\":\"journaled\"}");
            sent.join();
        }
    }

    @Test
    void shouldLoseNothingWhenTheInboxIsSmall() throws IOException {
        try (TestPublishing server = server(1);
                RawClient client = server.connect()) {
            final CompletableFuture<Void> sent = sendAll(client);
            assertThat(client.answer().body()).startsWith("{\"accepted\":100000,");
            sent.join();
            assertThat(server.journal.appendedSequence()).isEqualTo(LINES);
        }
    }

    @Test
    void shouldSayHowFarItCameWhenTheDiskFillsUp() throws IOException {
        try (TestPublishing server = server(64);
                RawClient client = server.connect()) {
            client.send(HEAD + 2 * LINE.length() + "\r\n\r\n" + LINE);
            await().until(() -> server.journal.appendedSequence() == 1);
            server.journal.state(Journal.State.DISK_FULL);
            client.send(LINE);
            final Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(507);
            assertThat(answer.body())
                    .contains("\"line\":2")
                    .contains("\"accepted\":1")
                    .contains("\"first_seq\":1")
                    .contains("\"last_seq\":1");
            assertThat(server.journal.appendedSequence()).isEqualTo(1);
        }
    }

    @Test
    void shouldAppendNothingBehindTheLineThatItNames() throws IOException {
        try (TestPublishing server = server(64);
                RawClient client = server.connect()) {
            server.held(true);
            final int lines = 2_000; // several batches, all on their way
            client.send(HEAD + (lines + 1L) * LINE.length() + "\r\n\r\n" + LINE.repeat(lines));
            await().until(() -> server.inbox.size() >= 4);
            server.journal.fullFor(1);
            server.held(false);
            client.send(LINE);
            final Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(507);
            assertThat(answer.body())
                    .containsPattern("\"line\":1[,}]")
                    .containsPattern("\"accepted\":0[,}]");
            assertThat(server.journal.appendedSequence()).isZero();
        }
    }

    @Test
    void shouldBeLiveBetweenLinesAndNotInTheMiddleOfOne() {
        try (TestPublishing server = server(64)) {
            server.held(true);
            final Exchange exchange =
                    (Exchange)
                            Proxy.newProxyInstance(
                                    Exchange.class.getClassLoader(),
                                    new Class<?>[] {Exchange.class},
                                    (proxy, method, arguments) -> null);
            final LinePublication publication = new LinePublication(server.ingest, exchange, false);
            publication.onBytes(bytes(LINE));
            assertThat(publication.isLive()).isTrue();
            assertThat(publication.isLive()).as("however long nothing comes").isTrue();
            publication.onBytes(bytes("{\"type\""));
            assertThat(publication.isLive()).isFalse();
            publication.onBytes(bytes(":\"t\"}\n{\"type\""));
            assertThat(publication.isLive()).as("a line was ended since").isTrue();
            assertThat(publication.isLive()).isFalse();
            publication.onAbort();
        }
    }

    private static ByteBuf bytes(final String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldGiveUpWhenNothingIsTakenForLong() throws IOException {
        try (TestPublishing server = server(64);
                RawClient client = server.connect()) {
            server.inbox.close();
            client.send(HEAD + 2 * LINE.length() + "\r\n\r\n" + LINE);
            final Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("did not take further lines in time");
            assertThat(server.journal.appendedSequence()).isZero();
        }
    }

    @Test
    void shouldKeepWhatWasCompleteWhenTheSenderGoesAway() throws IOException {
        try (TestPublishing server = server(64)) {
            try (RawClient client = server.connect()) {
                client.send(
                        HEAD
                                + 3 * LINE.length()
                                + "\r\n\r\n"
                                + LINE
                                + LINE
                                + LINE.substring(0, 50));
                await().until(() -> server.journal.appendedSequence() == 2);
                client.reset();
            }
            try (RawClient other = server.connect()) {
                assertThat(
                                other.send(TestPublishing.post("", "{\"type\":\"t\"}"))
                                        .answer()
                                        .header("weft-seq"))
                        .isEqualTo("3");
            }
        }
    }

    private TestPublishing server(final int inboxCapacity) {
        return new TestPublishing(
                transport,
                new IngestConfig(EventRules.forCallers(List.of(), List.of()), false, 64, 8_000_000),
                inboxCapacity);
    }

    private static CompletableFuture<Void> sendAll(final RawClient client) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        client.send(HEAD + (long) LINES * LINE.length() + "\r\n\r\n");
                        final String block = LINE.repeat(1_000);
                        for (int i = 0; i < LINES / 1_000; i++) {
                            client.send(block);
                        }
                    } catch (final IOException ex) {
                        throw new java.io.UncheckedIOException(ex);
                    }
                });
    }
}

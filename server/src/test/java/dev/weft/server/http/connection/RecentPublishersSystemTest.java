package dev.weft.server.http.connection;

import static dev.weft.server.http.connection.TestHttpServer.get;
import static dev.weft.server.http.connection.TestHttpServer.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.Transports;
import dev.weft.server.http.HttpLimits;
import dev.weft.server.http.RequestGuard;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecentPublishersSystemTest {
    private static final int CLIENTS = 4 * HttpLimits.SOCKETS_PER_CYCLE_MAX;

    @Test
    void shouldReadWhoPublishedLatelyBeforeAllThatLeftAtOnceAreClosed() throws IOException {
        final List<RawClient> clients = new ArrayList<>();
        try (TestHttpServer server = server();
                RawClient publisher = server.connect();
                RawClient other = server.connect()) {
            assertThat(closedBefore(publisher)).isZero();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(server.connect().send(get("/stream")));
                await().until(() -> server.streamsOpened.get() == clients.size());
            }
            other.send(get("/hold"));
            await().until(() -> !server.held.isEmpty());
            final CountDownLatch loopIsFree = new CountDownLatch(1);
            server.held.element().eventLoop().execute(() -> awaitQuietly(loopIsFree));
            for (final RawClient client : clients) {
                client.close();
            }
            publisher.send(post("/closed", "x"));
            loopIsFree.countDown();
            assertThat(Integer.parseInt(publisher.answer().body()))
                    .isLessThanOrEqualTo(HttpLimits.SOCKETS_PER_CYCLE_MAX);
            await().until(() -> server.streamsClosed.get() == CLIENTS);
        }
    }

    private static int closedBefore(final RawClient publisher) throws IOException {
        return Integer.parseInt(publisher.send(post("/closed", "x")).answer().body());
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers how many streams were closed when it read the request. */
    private static TestHttpServer server() {
        final TestHttpServer[] made = new TestHttpServer[1];
        made[0] =
                new TestHttpServer(
                        Transports.assumed(Transport.EPOLL),
                        new OriginRules(true, List.of()),
                        RequestGuard.OPEN,
                        table ->
                                table.add(
                                        HttpMethod.POST,
                                        "/closed",
                                        exchange ->
                                                TestHttpServer.text(
                                                        exchange,
                                                        200,
                                                        String.valueOf(
                                                                made[0].streamsClosed.get()))));
        return made[0];
    }
}

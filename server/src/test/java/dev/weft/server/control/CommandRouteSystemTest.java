package dev.weft.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.counters.HttpCounters;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.RequestGuard;
import dev.weft.server.http.RouteTable;
import dev.weft.server.http.connection.HttpServer;
import dev.weft.server.http.connection.OriginRules;
import dev.weft.server.http.connection.RawClient;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.http.connection.TransportSelection;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.query.Questions;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands over HTTP whose answers cannot be made. */
class CommandRouteSystemTest {
    private final HandDriven core = new HandDriven(64);
    private final HttpCounters counters = new HttpCounters();
    private final Transport transport = TransportSelection.best().transport();
    private final EventLoopGroup loops = transport.newLoops(1);
    private final EventLoop loop = loops.next();
    private final CommandRoute commands =
            new CommandRoute(
                    new Commands(
                            core.history(),
                            core.journal(),
                            core.inbox(),
                            core.events(),
                            loop,
                            false));
    private final Questions questions = new Questions(core.history(), core.journal());
    private HttpServer server;
    private InetSocketAddress address;

    @BeforeEach
    void start() {
        final RouteTable routes =
                RouteTable.builder()
                        .add(HttpMethod.POST, "/good", exchange -> run(exchange, good(), respond()))
                        .add(
                                HttpMethod.POST,
                                "/no-reply",
                                exchange ->
                                        run(
                                                exchange,
                                                appending(
                                                        reply -> {
                                                            throw broken();
                                                        }),
                                                respond()))
                        .add(
                                HttpMethod.POST,
                                "/no-answer",
                                exchange ->
                                        run(
                                                exchange,
                                                good(),
                                                (asked, reply) -> {
                                                    throw broken();
                                                }))
                        .add(
                                HttpMethod.POST,
                                "/no-command",
                                exchange ->
                                        commands.run(
                                                exchange,
                                                100,
                                                body -> {
                                                    throw broken();
                                                }))
                        .add(
                                HttpMethod.POST,
                                "/no-decision",
                                exchange ->
                                        run(
                                                exchange,
                                                (index, head) -> {
                                                    throw broken();
                                                },
                                                respond()))
                        .add(
                                HttpMethod.GET,
                                "/no-page",
                                exchange ->
                                        questions.ask(
                                                exchange,
                                                (index, head, allocator) ->
                                                        ByteBufUtil.writeAscii(allocator, "page"),
                                                page -> {
                                                    throw broken();
                                                }))
                        .build();
        server =
                new HttpServer(
                        transport,
                        loops,
                        each -> routes,
                        each -> counters,
                        new OriginRules(true, List.of()),
                        RequestGuard.OPEN);
        address = server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        loop.scheduleAtFixedRate(
                () -> {
                    core.query();
                    core.sequenceAll();
                },
                1,
                1,
                TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void close() {
        server.stopAccepting();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        core.close();
    }

    private static IllegalStateException broken() {
        return new IllegalStateException("on purpose");
    }

    private static Command appending(final Function<Decision.Appended, Reply> reply) {
        return (index, head) ->
                new Decision(List.of(new EventBuilder("t").category("system")), null, reply);
    }

    private static Command good() {
        return appending(appended -> new Reply(200, "\"good\""));
    }

    private static BiConsumer<Exchange, Reply> respond() {
        return CommandRoute::respond;
    }

    private void run(
            final Exchange exchange,
            final Command command,
            final BiConsumer<Exchange, Reply> whenDone) {
        commands.run(exchange, 100, body -> command, whenDone);
    }

    private static String request(final String method, final String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    }

    @Test
    void shouldAnswerEachRequestOfAConnectionWhateverFailsInBetween() throws IOException {
        final List<String> broken =
                List.of("/no-reply", "/no-answer", "/no-command", "/no-decision");
        try (RawClient client = new RawClient(address)) {
            final StringBuilder pipeline = new StringBuilder();
            for (final String path : broken) {
                pipeline.append(request("POST", "/good")).append(request("POST", path));
            }
            for (int i = 0; i < 5; i++) { // more than a connection may have under way
                pipeline.append(request("GET", "/no-page"));
            }
            client.send(pipeline.append(request("POST", "/good")).toString());
            for (final String path : broken) {
                assertThat(client.answer().body()).isEqualTo("\"good\"");
                final RawClient.Answer failed = client.answer();
                assertThat(failed.status()).as(path).isEqualTo(500);
                assertThat(failed.header("content-type")).isEqualTo("application/problem+json");
            }
            for (int i = 0; i < 5; i++) {
                assertThat(client.answer().status()).isEqualTo(500);
            }
            assertThat(client.answer().body()).isEqualTo("\"good\"");
        }
        assertThat(counters.answers(500).get()).isEqualTo(9);
    }
}

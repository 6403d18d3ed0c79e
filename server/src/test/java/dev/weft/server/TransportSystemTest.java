package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which transport the program takes, and how it tells. */
@Timeout(60)
class TransportSystemTest {
    /** Netty then says that its libraries may not be loaded, as on a system without them. */
    private static final String NO_NATIVE = "-Dio.netty.transport.noNative=true";

    @TempDir Path base;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void shouldServeByTheOneThatIsAskedForAndTell(final Transport transport) throws Exception {
        final String name = Transports.assumed(transport).name().toLowerCase(Locale.ROOT);
        final Path log = base.resolve("log");
        try (ChildServer server =
                        ChildServer.start(base.resolve("journal"), log, "--transport", name);
                HttpClient client = new HttpClient(server.address())) {
            assertThat(client.get("/health").body()).contains("\"transport\":\"" + name + "\"");
            assertThat(client.post("{\"type\":\"a\"}").status()).isEqualTo(200);
        }
        assertThat(Files.readString(log)).contains("transport: " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll"})
    void shouldSayWhyTheOneThatIsAskedForIsNotAvailable(final String name) throws Exception {
        final Path log = base.resolve("log");
        final Path journal = base.resolve("journal");
        final Process process = ChildServer.launch(journal, log, NO_NATIVE, "--transport", name);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(log))
                .contains(
                        "weft: cannot start: the transport "
                                + name
                                + " is not available: Native transport was explicit disabled");
        assertThat(journal).as("nothing was opened before").doesNotExist();
    }

    @Test
    void shouldFallBackAndSayWhy() throws Exception {
        final Path log = base.resolve("log");
        try (ChildServer server = ChildServer.start(base.resolve("journal"), log, NO_NATIVE);
                HttpClient client = new HttpClient(server.address())) {
            assertThat(client.get("/health").body()).contains("\"transport\":\"nio\"");
        }
        assertThat(Files.readString(log))
                .contains("transport epoll is not available: Native transport was explicit")
                .contains("transport io_uring is not available: Native transport was explicit")
                .contains("transport: nio");
    }
}

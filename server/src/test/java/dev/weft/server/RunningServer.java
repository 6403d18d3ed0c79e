package dev.weft.server;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server on a directory of its own and a connection to it: in a static field one server for all
 * tests of the class, else one for each. The connection is new in each test.
 */
public final class RunningServer
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private final Map<String, String> settings;
    private boolean isForAll;
    private @Nullable Path directory;
    private @Nullable WeftServer server;
    private @Nullable HttpClient client;

    public RunningServer() {
        this(Map.of());
    }

    /**
     * One with settings.
     *
     * @param settings as on the command line, by key.
     */
    public RunningServer(final Map<String, String> settings) {
        this.settings = settings;
    }

    private WeftServer server() {
        if (server == null) {
            throw new IllegalStateException("is there only while a test runs");
        }
        return server;
    }

    public Weft weft() {
        return server().weft();
    }

    public InetSocketAddress address() {
        return server().address();
    }

    public SseClient subscribe(final String path) throws IOException {
        return server().subscribe(path);
    }

    public HttpClient client() throws IOException {
        if (client == null) {
            client = server().connect();
        }
        return client;
    }

    @Override
    public void beforeAll(final ExtensionContext context) throws IOException {
        isForAll = true;
        start();
    }

    @Override
    public void beforeEach(final ExtensionContext context) throws IOException {
        if (!isForAll) {
            start();
        }
    }

    @Override
    public void afterEach(final ExtensionContext context) throws IOException {
        disconnect();
        if (!isForAll) {
            stop();
        }
    }

    @Override
    public void afterAll(final ExtensionContext context) throws IOException {
        disconnect();
        stop();
    }

    private void start() throws IOException {
        directory = Files.createTempDirectory("weft");
        server = WeftServer.start(directory, settings);
    }

    private void disconnect() throws IOException {
        final HttpClient open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }

    private void stop() throws IOException {
        final WeftServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
        final Path left = directory;
        directory = null;
        if (left != null) {
            delete(left);
        }
    }

    private static void delete(final Path directory) throws IOException {
        final List<Path> all;
        try (Stream<Path> found = Files.walk(directory)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path each : all) {
            Files.delete(each);
        }
    }
}

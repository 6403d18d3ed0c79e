package dev.weft.server;

import dev.weft.server.config.WeftConfig;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import dev.weft.server.query.History;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A server in this process on a free port, as a system test wants it. */
public final class WeftServer implements AutoCloseable {
    private final Weft weft;

    private WeftServer(final Weft weft) {
        this.weft = weft;
    }

    /**
     * Starts one.
     *
     * @param settings as on the command line, by key, on top of port and directory.
     */
    public static WeftServer start(final Path directory, final Map<String, String> settings) {
        return new WeftServer(Weft.start(config(directory, settings)));
    }

    public static WeftServer start(final Path directory) {
        return start(directory, Map.of());
    }

    static WeftConfig config(final Path directory, final Map<String, String> settings) {
        final Map<String, String> flags = new HashMap<>();
        flags.put("port", "0");
        flags.put("data-dir", directory.toString());
        flags.putAll(settings);
        return WeftConfig.of(flags);
    }

    static WeftServer of(final Weft weft) {
        return new WeftServer(weft);
    }

    public Weft weft() {
        return weft;
    }

    /** What reads its pages of history. */
    public History history() {
        return weft.history();
    }

    public InetSocketAddress address() {
        return weft.address();
    }

    /** A connection that keeps alive. */
    public HttpClient connect() throws IOException {
        return new HttpClient(address());
    }

    public SseClient subscribe(final String path) throws IOException {
        return new SseClient(address(), path, null);
    }

    @Override
    public void close() {
        weft.close();
    }
}

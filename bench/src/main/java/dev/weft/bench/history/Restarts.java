package dev.weft.bench.history;

import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a server with all of the history takes from the start of its command, the launcher
 * included, to its ready line, and to the answer of a first page with two filters and its total,
 * for which everything has to be indexed.
 */
final class Restarts {
    static final String AFTER_STOP = "start after a clean stop, s: ";
    static final String AFTER_KILL = "start after kill -9, s: ";
    static final String READY = "ready";
    static final String ANSWERED = "first page answered";

    private static final int TIMES = 3;
    private static final int LINES = 1_000;
    private static final PageQuery QUERY =
            new PageQuery("telemetry.cpu", null, "host/web-" + EventMix.HOSTS / 2);

    private final ServerProcess server;
    private final Map<String, Double> values = new LinkedHashMap<>();

    Restarts(final ServerProcess server) {
        this.server = server;
    }

    /** The longest of some times each. */
    Map<String, Double> measure() throws IOException {
        for (int i = 0; i < TIMES; i++) {
            server.close();
            start(AFTER_STOP);
        }
        for (int i = 0; i < TIMES; i++) {
            Filling.send(server.port(), server.publishedCount() + 1, LINES);
            server.published(LINES);
            server.kill();
            start(AFTER_KILL);
        }
        return values;
    }

    private void start(final String after) throws IOException {
        final long startNs = System.nanoTime();
        server.startAgain();
        values.merge(after + READY, (System.nanoTime() - startNs) / 1e9, Math::max);
        try (PageLink link = new PageLink(server.port())) {
            Filling.awaitAnswer(link, PageLink.request(QUERY.path(0), ""));
        }
        values.merge(after + ANSWERED, (System.nanoTime() - startNs) / 1e9, Math::max);
    }
}

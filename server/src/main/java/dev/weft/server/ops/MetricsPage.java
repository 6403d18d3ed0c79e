package dev.weft.server.ops;

import dev.weft.server.http.SlowRoute;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** {@code GET /metrics}: Prometheus text. Thread: {@code weft-ops}. */
public final class MetricsPage implements SlowRoute.Maker, AutoCloseable {
    private static final AsciiString CONTENT_TYPE =
            AsciiString.cached("text/plain; version=0.0.4; charset=utf-8");
    private static final String NO_STORE = "Cache-Control: no-store\r\n";

    private final MetricSources sources;
    private @Nullable Metrics metrics;

    public MetricsPage(final MetricSources sources) {
        this.sources = sources;
    }

    @Override
    public synchronized SlowRoute.Answer make(final String path, final HttpHeaders headers) {
        Metrics current = metrics;
        if (current == null) {
            current = new Metrics();
            sources.addTo(current);
            metrics = current;
        }
        return SlowRoute.Answer.ok(
                CONTENT_TYPE, current.scrape().getBytes(StandardCharsets.UTF_8), NO_STORE);
    }

    @Override
    public synchronized void close() {
        final Metrics current = metrics;
        if (current != null) {
            current.close();
            metrics = null;
        }
    }
}

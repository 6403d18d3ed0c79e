package dev.weft.server.ops;

import dev.weft.server.api.DocsPages;
import dev.weft.server.api.HomePage;
import dev.weft.server.api.OpenApiDocument;
import dev.weft.server.http.RouteTable;
import dev.weft.server.http.SlowRoute;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.Executor;

/**
 * The routes around the events. {@code /health} and {@code /health/database} alone are open to
 * everybody: who checks them has no key.
 */
public final class OpsRoutes {
    private OpsRoutes() {}

    /** Adds them all; may be called once per event loop with the same arguments. */
    public static void add(
            final RouteTable.Builder table,
            final HealthRoute health,
            final MetricsPage metrics,
            final Executor executor) {
        final SlowRoute docs = new SlowRoute(executor, new DocsPages());
        table.addOpen(HttpMethod.GET, "/health", health)
                .addOpen(HttpMethod.GET, "/health/database", health.database())
                .add(HttpMethod.GET, "/metrics", new SlowRoute(executor, metrics))
                .add(
                        HttpMethod.GET,
                        "/openapi.json",
                        new SlowRoute(executor, new OpenApiDocument(Version.text())))
                .add(HttpMethod.GET, "/docs", docs)
                .add(HttpMethod.GET, "/docs/{file}", docs)
                .add(HttpMethod.GET, "/", new SlowRoute(executor, new HomePage(Version.text())));
    }
}

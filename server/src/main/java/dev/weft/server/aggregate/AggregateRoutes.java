package dev.weft.server.aggregate;

import dev.weft.server.http.RouteTable;
import dev.weft.server.ingest.IngestLoop;
import dev.weft.server.ingest.TranslatedRoute;
import dev.weft.server.query.Questions;
import io.netty.handler.codec.http.HttpMethod;

/** The routes of this surface, for one I/O loop. */
public final class AggregateRoutes {
    private AggregateRoutes() {}

    /** Adds them all. */
    public static void add(
            final RouteTable.Builder routes, final IngestLoop ingest, final Questions questions) {
        for (final EmitterKind kind : EmitterKind.values()) {
            routes.add(
                    HttpMethod.POST,
                    "/events/emit/" + kind.category(),
                    new TranslatedRoute(ingest, new Emission(kind)));
        }
        routes.add(
                        HttpMethod.GET,
                        "/events/agents/{agent_id}",
                        new AggregateRoute(questions, "agent", "agent_id"))
                .add(
                        HttpMethod.GET,
                        "/events/workflows/{workflow_id}",
                        new AggregateRoute(questions, "workflow", "workflow_id"))
                .add(
                        HttpMethod.GET,
                        "/events/workflows/{workflow_id}/agents",
                        AggregateRoute.agentsOf(questions));
    }
}

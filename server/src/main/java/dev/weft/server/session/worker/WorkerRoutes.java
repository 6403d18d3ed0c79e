package dev.weft.server.session.worker;

import dev.weft.protocol.Limits;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.control.Command;
import dev.weft.server.control.CommandRoute;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.RouteTable;
import dev.weft.server.record.Uuids;
import dev.weft.server.session.SessionCase;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.SessionRoutes;
import dev.weft.server.session.StrictJson;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The routes of workers, for one I/O loop. */
public final class WorkerRoutes {
    /** Header by which a worker shows that a session is its. */
    static final String LEASE = "Weft-Lease";

    /** Longest body: less than that of an array, because each event gets ids stamped on. */
    private static final int LENGTH_MAX = Limits.ARRAY_LENGTH_MAX - 1_000 * Limits.ARRAY_EVENTS_MAX;

    private static final String NDJSON = "application/x-ndjson";

    private final CommandRoute commands;
    private final SessionCommands sessionCommands;
    private final AguiOrders orders;
    private final OrderMode mode;

    private WorkerRoutes(
            final CommandRoute commands,
            final SessionCommands sessionCommands,
            final AguiOrders orders,
            final OrderMode mode) {
        this.commands = commands;
        this.sessionCommands = sessionCommands;
        this.orders = orders;
        this.mode = mode;
    }

    /** What the routes of all loops share. */
    public static final class Shared {
        private final Leases leases;
        private final AguiOrders orders = new AguiOrders();
        private final OrderMode mode;

        /**
         * Makes it.
         *
         * @param leaseNs how long a worker that is not heard of keeps a session.
         * @param lossesMax workers that may be lost before a session has failed.
         * @param mode what happens to events that come in a wrong order.
         */
        public Shared(final long leaseNs, final int lossesMax, final OrderMode mode) {
            leases = new Leases(leaseNs, lossesMax);
            this.mode = mode;
        }

        Leases leases() {
            return leases;
        }
    }

    /** Adds them all, under all names of sessions. */
    public static void add(
            final RouteTable.Builder routes,
            final CommandRoute commands,
            final SessionCommands sessionCommands,
            final Shared shared) {
        final WorkerRoutes all =
                new WorkerRoutes(commands, sessionCommands, shared.orders, shared.mode);
        for (final String one : SessionRoutes.onePaths()) {
            routes.add(
                            HttpMethod.POST,
                            one + "/claim",
                            SessionRoutes.withBody(commands, sessionCommands, shared.leases::claim))
                    .add(
                            HttpMethod.POST,
                            one + "/lease",
                            SessionRoutes.withBody(
                                    commands, sessionCommands, shared.leases::report))
                    .add(HttpMethod.POST, one + "/agui", all::publish);
        }
    }

    private void publish(final Exchange exchange) {
        final SessionCommands.Finding session = sessionCommands.find(exchange);
        FilterParser.checkNames(exchange.query(), Set.of("run_id"));
        final String runId = exchange.query().one("run_id");
        if (runId != null && !Uuids.isUuid(runId)) {
            throw Leases.refused(400, "Invalid run_id format, must be a valid UUID");
        }
        final String lease = exchange.headers().get(LEASE);
        if (lease == null || lease.isEmpty()) {
            throw Leases.refused(400, LEASE + ": the header is required");
        }
        final String type = exchange.headers().get("Content-Type");
        final boolean isLines = type != null && type.startsWith(NDJSON);
        commands.run(exchange, LENGTH_MAX, body -> command(session, lease, body, isLines, runId));
    }

    /** Looks at the lease first, then at the body. */
    private Command command(
            final SessionCommands.Finding session,
            final String lease,
            final byte[] body,
            final boolean isLines,
            final @Nullable String runId) {
        return (index, head) -> {
            final SessionCase found = session.in(index, head);
            if (found == null) {
                return null;
            }
            final SessionState state = Leases.held(found, lease);
            final List<byte[]> events = isLines ? lines(body) : values(body);
            return new AguiPublish(orders, mode, events, runId).decide(found, state);
        };
    }

    private static List<byte[]> lines(final byte[] body) {
        final List<byte[]> lines = new ArrayList<>();
        int from = 0;
        while (from < body.length) {
            int to = from;
            while (to < body.length && body[to] != '\n') {
                to++;
            }
            final byte[] line = Arrays.copyOfRange(body, from, to);
            if (!isBlank(line)) {
                lines.add(line);
            }
            from = to + 1;
        }
        return counted(lines);
    }

    private static List<byte[]> values(final byte[] body) {
        int first = 0;
        while (first < body.length && body[first] <= ' ') {
            first++;
        }
        if (first == body.length || body[first] != '[') {
            return List.of(body);
        }
        final List<byte[]> values = new ArrayList<>();
        try {
            for (final JsonNode value : StrictJson.MAPPER.readTree(body)) {
                values.add(StrictJson.MAPPER.writeValueAsBytes(value));
            }
        } catch (final JacksonException ex) {
            throw Leases.refused(
                    400, "Invalid request body: malformed JSON: " + ex.getOriginalMessage());
        }
        return counted(values);
    }

    private static List<byte[]> counted(final List<byte[]> events) {
        if (events.isEmpty() || events.size() > AguiPublish.EVENTS_MAX) {
            throw Leases.refused(
                    400, "a request must have 1 to " + AguiPublish.EVENTS_MAX + " events");
        }
        return events;
    }

    private static boolean isBlank(final byte[] line) {
        for (final byte b : line) {
            if (b > ' ' || b < 0) {
                return false;
            }
        }
        return true;
    }
}

package dev.weft.server;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.config.WeftConfig;
import dev.weft.server.control.CommandRoute;
import dev.weft.server.http.RouteTable;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Questions;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.session.DriverNames;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.SessionRoutes;
import dev.weft.server.session.drive.DriveAgent;
import dev.weft.server.session.state.Sessions;
import dev.weft.server.session.worker.LostLeases;
import dev.weft.server.session.worker.WorkerRoutes;
import dev.weft.server.stream.SubscribeRoute;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Sessions as a whole: their table, their routes, and the thread that has their drivers. */
final class Driving implements AutoCloseable {
    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SessionCommands commands;
    private final WorkerRoutes.Shared workers;
    private final DriveAgent agent;
    private final DriverNames names;
    private final AgentThread thread;

    /** Makes it, without starting a thread. */
    Driving(
            final WeftConfig config,
            final Journal journal,
            final History history,
            final AppendInbox inbox,
            final EventRules rules,
            final AgentErrors errors) {
        final WeftConfig.Sessions settings = config.sessions();
        final OrderMode mode = settings.strictOrder() ? OrderMode.STRICT : OrderMode.WARN;
        thread = new AgentThread("weft-drive", AgentThread.Idle.PARK, () -> PARK_NS, errors);
        commands =
                new SessionCommands(
                        new Sessions(System::nanoTime, settings.leaseNs()), this::onChange);
        workers = new WorkerRoutes.Shared(settings.leaseNs(), settings.lossesMax(), mode);
        agent =
                new DriveAgent(
                        new DriveAgent.Parts(
                                history,
                                journal,
                                inbox,
                                new ServerEvents(inbox, rules, System::currentTimeMillis),
                                commands,
                                new LostLeases(workers),
                                mode,
                                config.durableByDefault(),
                                System::nanoTime),
                        (events, wakeUp) -> Map.of());
        agent.wakeBy(thread);
        names = new DriverNames(agent.drivers());
    }

    private void onChange() {
        agent.signal();
    }

    /** Adds the routes of sessions for one I/O loop. */
    void addTo(
            final RouteTable.Builder routes,
            final Questions questions,
            final SubscribeRoute subscribe,
            final CommandRoute route) {
        SessionRoutes.add(routes, questions, subscribe, route, commands, names);
        WorkerRoutes.add(routes, route, commands, workers);
    }

    void start() {
        thread.start(agent);
    }

    @Override
    public void close() {
        thread.close();
    }
}

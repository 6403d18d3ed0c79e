package dev.weft.server;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.config.WeftConfig;
import dev.weft.server.control.CommandRoute;
import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.SessionDriver;
import dev.weft.server.driver.process.ProcessDriver;
import dev.weft.server.driver.process.ProcessSettings;
import dev.weft.server.driver.process.SessionCommand;
import dev.weft.server.http.RouteTable;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.journal.Journal;
import dev.weft.server.process.ResourceLimits;
import dev.weft.server.query.History;
import dev.weft.server.query.Questions;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.session.DriverNames;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.SessionRoutes;
import dev.weft.server.session.drive.DriveAgent;
import dev.weft.server.session.state.Sessions;
import dev.weft.server.session.worker.LostLeases;
import dev.weft.server.session.worker.WorkerRoutes;
import dev.weft.server.stream.SubscribeRoute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Sessions as a whole: their table, their routes, and the thread that has their drivers. */
final class Driving implements AutoCloseable {
    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Where the commands of sessions work, unless the operator says. */
    private static final String SESSIONS = "sessions";

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
        thread = new AgentThread("weft-drive", AgentThread.Idle.PARK_SOON, () -> PARK_NS, errors);
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
                        (events, wakeUp) -> drivers(config, events, wakeUp));
        agent.wakeBy(thread);
        names = new DriverNames(agent.drivers());
    }

    /**
     * One driver for all of the operator's commands. It is there without any, too, for what a
     * server that had some has left.
     */
    private static List<SessionDriver> drivers(
            final WeftConfig config, final DriverEvents events, final Signal wakeUp) {
        final WeftConfig.SessionCommands settings = config.sessionCommands();
        final ResourceLimits limits =
                new ResourceLimits(
                        settings.memoryMax(),
                        settings.filesMax(),
                        0,
                        TimeUnit.NANOSECONDS.toSeconds(settings.cpuMaxNs()),
                        0);
        final List<SessionCommand> commands = new ArrayList<>();
        settings.commands()
                .forEach((name, words) -> commands.add(new SessionCommand(name, words, limits)));
        final Path directory =
                settings.directory() == null
                        ? config.dataDirectory().resolve(SESSIONS)
                        : settings.directory();
        return List.of(
                new ProcessDriver(
                        new ProcessSettings(
                                commands,
                                directory.toAbsolutePath(),
                                settings.graceNs(),
                                settings.processesMax(),
                                instance(config.dataDirectory())),
                        events,
                        wakeUp,
                        System::nanoTime));
    }

    /** A text of this server alone: no two have one journal. */
    private static String instance(final Path dataDirectory) {
        Path path = dataDirectory.toAbsolutePath().normalize();
        try {
            path = path.toRealPath();
        } catch (final IOException ex) {
            // Not there yet: then nobody has been started for it either.
        }
        return UUID.nameUUIDFromBytes(path.toString().getBytes(StandardCharsets.UTF_8)).toString();
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

package dev.weft.server;

import dev.weft.server.aggregate.AggregateRoutes;
import dev.weft.server.aggregate.AliasRoute;
import dev.weft.server.aggregate.LifeRoute;
import dev.weft.server.aggregate.SlashedItem;
import dev.weft.server.control.CommandRoute;
import dev.weft.server.control.Commands;
import dev.weft.server.counters.HttpCounters;
import dev.weft.server.counters.LatencyRecorder;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.FanoutConfig;
import dev.weft.server.http.RouteTable;
import dev.weft.server.ingest.IngestConfig;
import dev.weft.server.ingest.IngestLoop;
import dev.weft.server.ingest.PublishRoute;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.job.JobRoutes;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.EventRoute;
import dev.weft.server.query.EventsRoute;
import dev.weft.server.query.History;
import dev.weft.server.query.Originals;
import dev.weft.server.query.Questions;
import dev.weft.server.query.Scope;
import dev.weft.server.query.export.ExportRoute;
import dev.weft.server.query.page.PageRoute;
import dev.weft.server.query.summary.HistogramRoute;
import dev.weft.server.query.summary.SubjectsRoute;
import dev.weft.server.query.summary.TypesRoute;
import dev.weft.server.runtime.LoopDuty;
import dev.weft.server.stream.StreamConfig;
import dev.weft.server.stream.StreamLoop;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.SubscriberSlots;
import dev.weft.server.stream.WebSocketRoute;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochMicroClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that belongs to one I/O loop: its agents, its routes, its counters. */
final class IoLoop {
    private static final Logger LOG = LoggerFactory.getLogger(IoLoop.class);

    /** Rounds of work that one loop does for its streams before it ends them. */
    private static final int LAST_ROUNDS_MAX = 10_000;

    /** What all loops use. */
    record Shared(
            Engine engine,
            Journal journal,
            Replay replay,
            Queries queries,
            Driving driving,
            FanoutConfig fanout,
            StreamConfig streams,
            SubscriberSlots slots,
            IngestConfig ingest,
            EpochMicroClock clock) {}

    private final SingleThreadEventLoop eventLoop;
    private final LoopDuty duty;
    private final Shared shared;
    private final StreamLoop streams;
    private final IngestLoop ingest;
    private final CommandRoute commands;
    private final Scope.Parser scopes;
    private final ExportRoute exports;
    private final HttpCounters httpCounters = new HttpCounters();
    private final LatencyRecorder deliveryLatency = new LatencyRecorder();

    /**
     * Makes the agents and binds them to the duty.
     *
     * @param first what runs before the loop's own agents: in mode shared door and sequencer.
     */
    IoLoop(
            final SingleThreadEventLoop eventLoop,
            final LoopDuty duty,
            final Shared shared,
            final List<Agent> first) {
        this.eventLoop = eventLoop;
        this.duty = duty;
        this.shared = shared;
        // The pooled one: its duplicates come from a pool too, those of the adaptive one do not.
        final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
        final FanoutAgent fanout =
                new FanoutAgent(
                        shared.engine().ring(),
                        allocator,
                        shared.clock(),
                        deliveryLatency::record,
                        shared.fanout());
        fanout.giveWayBy(IoLoop::giveWay);
        streams =
                new StreamLoop(
                        fanout,
                        shared.replay().catchUp(),
                        shared.journal(),
                        allocator,
                        shared.streams(),
                        shared.slots(),
                        shared.clock());
        streams.wakeBy(duty);
        streams.turnsBy(duty::runCount);
        streams.wakeAfterBy(
                (task, delayUs) -> eventLoop.schedule(task, delayUs, TimeUnit.MICROSECONDS));
        ingest =
                new IngestLoop(
                        shared.ingest(),
                        shared.engine().inbox(),
                        new Originals(shared.queries().history(), allocator),
                        duty,
                        allocator,
                        System::currentTimeMillis);
        commands =
                new CommandRoute(
                        new Commands(
                                shared.queries().history(),
                                shared.journal(),
                                shared.engine().inbox(),
                                new ServerEvents(
                                        shared.engine().inbox(),
                                        shared.ingest().rules(),
                                        System::currentTimeMillis),
                                eventLoop,
                                shared.ingest().durable()));
        scopes =
                new Scope.Parser(
                        new FilterParser(shared.streams().categories()), shared.clock()::microTime);
        exports = new ExportRoute(shared.queries().history(), shared.journal(), scopes);
        final List<Agent> agents = new ArrayList<>(first);
        agents.add(streams); // events leave before their publishes are answered
        agents.add(ingest);
        duty.agents(agents.toArray(new Agent[0]));
    }

    /** How soon a thread runs that was woken on this core is all that depends on it. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void giveWay() {
        Thread.yield();
    }

    SingleThreadEventLoop eventLoop() {
        return eventLoop;
    }

    StreamLoop streams() {
        return streams;
    }

    IngestLoop ingest() {
        return ingest;
    }

    HttpCounters httpCounters() {
        return httpCounters;
    }

    LatencyRecorder deliveryLatency() {
        return deliveryLatency;
    }

    /** The routes of the core; whoever has more adds them. */
    RouteTable.Builder routes() {
        final SubscribeRoute subscribe = new SubscribeRoute(streams, shared.streams());
        final PublishRoute publish = new PublishRoute(ingest);
        final History history = shared.queries().history();
        final Questions questions = shared.queries().questions();
        final Set<String> categories = shared.streams().categories();
        final RouteTable.Builder routes = RouteTable.builder();
        final PageRoute pages = new PageRoute(questions, scopes, SlashedItem::new);
        final WebSocketRoute webSocket = new WebSocketRoute(streams, shared.streams());
        AggregateRoutes.add(routes, ingest, questions);
        LifeRoute.add(routes, questions, pages, subscribe);
        JobRoutes.add(
                routes, shared.queries().jobs(), commands, questions, pages, subscribe, webSocket);
        shared.driving().addTo(routes, questions, subscribe, commands);
        return routes.add(HttpMethod.POST, "/events", publish)
                .add(HttpMethod.POST, "/events/publish", publish)
                .add(
                        HttpMethod.GET,
                        "/events",
                        new AliasRoute(new EventsRoute(subscribe, exports, pages), categories))
                .add(HttpMethod.GET, "/events/stream", new AliasRoute(subscribe, categories))
                .add(HttpMethod.GET, "/events/ws", new AliasRoute(webSocket, categories))
                .add(HttpMethod.GET, "/events/histogram", new HistogramRoute(questions, scopes))
                .add(HttpMethod.GET, "/events/types", new TypesRoute(questions))
                .add(HttpMethod.GET, "/events/{seq}", new EventRoute(history, shared.journal()))
                .add(HttpMethod.GET, "/subjects", new SubjectsRoute(questions));
    }

    void start() {
        eventLoop.scheduleAtFixedRate(
                duty.guarded(streams, streams::tick),
                streams.tickNs(),
                streams.tickNs(),
                TimeUnit.NANOSECONDS);
        duty.signal();
    }

    /**
     * Hands out what was appended, then ends the streams with a hint when to come back. Exports
     * that are not over are cut off.
     */
    void drainStreams() {
        eventLoop.execute(
                () -> {
                    int rounds = 0;
                    while (streams.doWork() > 0 && rounds < LAST_ROUNDS_MAX) {
                        rounds++;
                    }
                    streams.drain();
                    final int cutOff = exports.cutOff();
                    if (cutOff > 0) {
                        LOG.info("exports that did not end in time are cut off: count={}", cutOff);
                    }
                });
    }

    /** Gives back what is kept for later. When the event loop has ended. */
    void close() {
        ingest.onClose();
    }

    /** Closes the streams that are left. */
    void closeStreams() {
        eventLoop.execute(streams::closeAll);
    }
}

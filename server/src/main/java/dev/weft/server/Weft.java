package dev.weft.server;

import dev.weft.protocol.event.EventRules;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.auth.ApiKeys;
import dev.weft.server.bridge.Bridge;
import dev.weft.server.bridge.fabric.LocalFabric;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.config.WeftConfig;
import dev.weft.server.door.Door;
import dev.weft.server.fanout.FanoutConfig;
import dev.weft.server.fanout.Filter;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.RouteTable;
import dev.weft.server.http.connection.HttpServer;
import dev.weft.server.http.connection.OriginRules;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.http.connection.TransportSelection;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.ingest.IngestConfig;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.job.JobRunner;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.OpenedJournal;
import dev.weft.server.journal.RecoveryReport;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.store.Journals;
import dev.weft.server.ops.SequencerCounts;
import dev.weft.server.query.History;
import dev.weft.server.runtime.AgentThread;
import dev.weft.server.runtime.LoopDuty;
import dev.weft.server.sequencer.PendingAppend;
import dev.weft.server.stream.StreamConfig;
import dev.weft.server.stream.SubscriberSlots;
import dev.weft.server.stream.subscription.FilterParser;
import dev.weft.server.telemetry.HostTelemetry;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochMicroClock;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server: builds all parts, starts them in order, closes them in the reverse one. The only
 * place that knows everything.
 *
 * <p>Stopping takes at most about 4 s: nobody new is let in; requests that were read are answered;
 * streams get what was appended and a hint when to come back; the agents end; the journal gets its
 * mark of a clean stop.
 */
public final class Weft implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Weft.class);
    private static final long ANSWERS_MS = 2_000;
    private static final long STREAMS_MS = 1_000;
    private static final long LOOPS_MS = 1_000;
    private static final long RECOVERED_MS = 5_000;
    private static final long RECOVERED_RETRY_MS = 500;
    private static final long NS_PER_MS = 1_000_000;
    private static final String INDEX = "index"; // folder of its files beside the journal's

    private final WeftConfig config;
    private final AgentFailures failures = new AgentFailures();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Journal journal;
    private final Transport transport;
    private final EventLoopGroup loopGroup;
    private final List<IoLoop> loops = new ArrayList<>();
    private final Engine engine;
    private final Replay replay;
    private final Queries queries;
    private final Driving driving;
    private final JobRunner runner;
    private final SubscriberSlots slots;
    private final EventRules rules;
    private final SequencerCounts counts = new SequencerCounts();
    private final Operations operations;
    private final @Nullable Door door;
    private final @Nullable Bridge bridge;
    private final HttpServer server;
    private final InetSocketAddress address;
    private @Nullable HostTelemetry telemetry; // written and read by who starts and stops

    private Weft(
            final WeftConfig config,
            final Transport transport,
            final OpenedJournal opened,
            final SegmentLimits segments,
            final EpochMicroClock clock) {
        this.config = config;
        journal = opened.journal();
        this.transport = transport;
        loopGroup = transport.newLoops(config.threads().ioThreads());
        final List<LoopDuty> duties = new ArrayList<>();
        for (final EventExecutor executor : loopGroup) {
            duties.add(new LoopDuty((SingleThreadEventLoop) executor, failures));
        }
        engine = new Engine(config.threads(), journal, duties, clock::microTime, counts, failures);
        rules = EventRules.forCallers(config.events().categories(), config.events().sourceKinds());
        final StreamConfig streamConfig = streamConfig();
        slots = new SubscriberSlots(streamConfig.subscribersMax());
        replay = new Replay(journal, streamConfig.subscribersMax(), failures);
        queries =
                new Queries(
                        journal,
                        config.indexed() ? config.dataDirectory().resolve(INDEX) : null,
                        segments,
                        config.jobCommands().commands().keySet(),
                        failures);
        driving = new Driving(config, journal, queries.history(), engine.inbox(), rules, failures);
        runner =
                new JobRunner(
                        new JobRunner.Config(
                                config.jobCommands().commands(),
                                config.jobCommands().directory(),
                                config.jobCommands().runningMax()),
                        queries.jobs(),
                        queries.history(),
                        journal,
                        engine.inbox(),
                        rules,
                        config.durableByDefault());
        final IoLoop.Shared shared =
                new IoLoop.Shared(
                        engine,
                        journal,
                        replay,
                        queries,
                        driving,
                        FanoutConfig.forLoops(duties.size()),
                        streamConfig,
                        slots,
                        IngestConfig.of(rules, config.durableByDefault(), duties.size()),
                        clock);
        door = door(duties.get(0));
        int index = 0;
        for (final EventExecutor executor : loopGroup) {
            loops.add(
                    new IoLoop(
                            (SingleThreadEventLoop) executor,
                            duties.get(index),
                            shared,
                            index == 0 ? loopAgents() : List.of()));
            index++;
        }
        bridge = bridge();
        operations =
                new Operations(
                        config,
                        journal,
                        opened.report(),
                        transport,
                        slots,
                        engine,
                        counts,
                        loops,
                        queries.indexCounters(),
                        door,
                        bridge == null ? List.of() : bridge.parts());
        server =
                new HttpServer(
                        transport,
                        loopGroup,
                        loop -> routes(ioLoop(loop)),
                        loop -> ioLoop(loop).httpCounters(),
                        new OriginRules(
                                config.listen().address().isLoopbackAddress(),
                                config.listen().corsOrigins()),
                        ApiKeys.guard(config.access().apiKeys()));
        engine.start();
        replay.start();
        queries.start();
        driving.start();
        loops.forEach(IoLoop::start);
        runner.start();
        try {
            tellRecovery(opened.report());
            address =
                    server.bind(
                            new InetSocketAddress(
                                    config.listen().address(), config.listen().port()));
            if (door != null) {
                door.open((IoEventLoop) loops.get(0).eventLoop());
            }
            final Path unixSocket = config.listen().unixSocket();
            if (unixSocket != null) {
                server.bindUnix(unixSocket);
            }
        } catch (final RuntimeException ex) {
            server.stopAccepting();
            if (bridge != null) {
                bridge.close();
            }
            runner.close();
            closeAgents(true);
            throw ex;
        }
        if (bridge != null) {
            bridge.start();
        }
        if (config.demo()) {
            final ServerEvents events =
                    new ServerEvents(engine.inbox(), rules, System::currentTimeMillis);
            telemetry = new HostTelemetry(event -> events.publish(event, pending -> {}));
            telemetry.start();
        }
    }

    /**
     * Starts a server; it takes requests when this returns.
     *
     * @throws dev.weft.server.journal.JournalException if the journal cannot be opened, for
     *     instance because another process has it.
     * @throws IllegalStateException if it cannot listen, or not by the transport it is told to use.
     */
    public static Weft start(final WeftConfig config) {
        return start(config, JournalConfig.of(config.dataDirectory()), new SystemEpochMicroClock());
    }

    /** The same with another journal or clock, for tests. */
    static Weft start(
            final WeftConfig config,
            final JournalConfig journalConfig,
            final EpochMicroClock clock) {
        return start(config, journalConfig, SegmentLimits.PRODUCT, clock);
    }

    /** The same with segments of another size, too. */
    static Weft start(
            final WeftConfig config,
            final JournalConfig journalConfig,
            final SegmentLimits segments,
            final EpochMicroClock clock) {
        final Transport transport = transport(config.listen().transport());
        final RetentionLimits limits = retention(config.retention());
        final OpenedJournal opened =
                Journals.open(limits.isOff() ? journalConfig : journalConfig.retention(limits));
        try {
            return new Weft(config, transport, opened, segments, clock);
        } catch (final RuntimeException ex) {
            opened.journal().close(); // again, if it got that far: the second one does nothing
            throw ex;
        }
    }

    /** The limits that the settings say. */
    public static RetentionLimits retention(final WeftConfig.Retention settings) {
        return new RetentionLimits(
                TimeUnit.NANOSECONDS.toMicros(settings.ageNs()),
                settings.bytes(),
                settings.events(),
                settings.leaseMaxNs());
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return address;
    }

    /** What reads pages, for tests. */
    History history() {
        return queries.history();
    }

    /** Newest sequence. */
    public long head() {
        return journal.appendedSequence();
    }

    public Transport transport() {
        return transport;
    }

    public WeftConfig config() {
        return config;
    }

    /** What is served. */
    public List<RouteTable.Description> routes() {
        return server.routes();
    }

    /** Completed with the first error that the server cannot survive; then call {@link #abort}. */
    public CompletableFuture<Throwable> fatal() {
        return failures.fatal();
    }

    /** Stops in good order. May be called by any thread but those of the server, also twice. */
    @Override
    public void close() {
        stop(true);
    }

    /** Stops after a fatal error: the journal gets no mark, so the next start checks it. */
    public void abort() {
        stop(false);
    }

    private void stop(final boolean clean) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        LOG.info("stopping: head={} subscribers={}", head(), slots.used());
        if (telemetry != null) {
            telemetry.close();
        }
        if (bridge != null) {
            bridge.close();
        }
        slots.close();
        server.stopAccepting();
        await(server.drain(), ANSWERS_MS, "answers");
        if (door != null) {
            door.drain();
        }
        driving.close(); // what it still has to tell is appended
        runner.close(); // what it still has to tell is appended
        engine.inbox().close();
        loops.forEach(IoLoop::drainStreams);
        awaitStreams();
        closeAgents(clean);
        LOG.info("stopped");
    }

    private void awaitStreams() {
        final long deadlineNs = System.nanoTime() + STREAMS_MS * NS_PER_MS;
        while (slots.used() > 0 && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(NS_PER_MS);
        }
        if (slots.used() > 0) {
            LOG.warn("streams that did not end in time are cut: count={}", slots.used());
            loops.forEach(IoLoop::closeStreams);
        }
    }

    private void closeAgents(final boolean clean) {
        operations.close();
        if (door != null) {
            door.close();
        }
        driving.close();
        engine.close();
        replay.close();
        queries.close();
        final boolean ended =
                loopGroup
                        .shutdownGracefully(0, LOOPS_MS / 2, TimeUnit.MILLISECONDS)
                        .awaitUninterruptibly(LOOPS_MS);
        if (ended) {
            loops.forEach(IoLoop::close);
        }
        if (clean && ended) {
            journal.close();
        } else {
            LOG.warn("journal is left without its mark, the next start will check it");
        }
    }

    /**
     * Appends the event that says which sequences will never be there, before anybody else can. If
     * the journal does not take it now, because the disk is full, it is tried again until it does;
     * the numbers are safe anyway. If that never happens in this run and nothing else is appended
     * either, the next start tells it.
     */
    private void tellRecovery(final RecoveryReport report) {
        LOG.info("journal opened: {}", report);
        final SequenceRange skipped = report.skipped();
        if (skipped == null) {
            return;
        }
        final String reason = report.reason();
        final StringBuilder data =
                new StringBuilder("{\"skipped_from\":")
                        .append(skipped.from())
                        .append(",\"skipped_to\":")
                        .append(skipped.to())
                        .append(",\"reason\":");
        JsonText.quote(data, reason == null ? "unknown" : reason);
        data.append('}');
        final EventBuilder event =
                new EventBuilder("journal.recovered").category("system").data(data);
        final CompletableFuture<PendingAppend.Status> outcome = offerRecovered(event);
        await(outcome, RECOVERED_MS, "the event journal.recovered");
        tellAgainUnlessAppended(event, outcome);
    }

    /**
     * Offers it to the sequencer; done with BACK_PRESSURED too if there is no room in its inbox.
     */
    private CompletableFuture<PendingAppend.Status> offerRecovered(final EventBuilder event) {
        final CompletableFuture<PendingAppend.Status> outcome = new CompletableFuture<>();
        final boolean offered =
                new ServerEvents(engine.inbox(), rules, System::currentTimeMillis)
                        .publish(event, pending -> outcome.complete(pending.status()));
        if (!offered) {
            outcome.complete(PendingAppend.Status.BACK_PRESSURED);
        }
        return outcome;
    }

    private void tellAgainUnlessAppended(
            final EventBuilder event, final CompletableFuture<PendingAppend.Status> outcome) {
        final PendingAppend.Status status = outcome.getNow(null);
        if (status == PendingAppend.Status.APPENDED
                || status == PendingAppend.Status.FAILED
                || closed.get()) {
            return;
        }
        LOG.debug("journal.recovered is not appended yet: status={}", status);
        loopGroup
                .next()
                .schedule(
                        () ->
                                tellAgainUnlessAppended(
                                        event, status == null ? outcome : offerRecovered(event)),
                        RECOVERED_RETRY_MS,
                        TimeUnit.MILLISECONDS);
    }

    /** Nothing of it is loaded where there is nothing to bridge. */
    private @Nullable Bridge bridge() {
        final BridgePlan plan = config.valkey();
        if (plan == null) {
            return null;
        }
        final Filter filter =
                new FilterParser(Set.copyOf(rules.categoryNames()))
                        .parse(QueryParameters.of(plan.targets().filter()));
        return new Bridge(
                plan,
                new LocalFabric(
                        engine.inbox(),
                        rules,
                        config.durableByDefault(),
                        journal,
                        queries.history(),
                        filter),
                rules);
    }

    private @Nullable Door door(final LoopDuty duty) {
        final Path path = config.door();
        return path == null
                ? null
                : new Door(
                        path,
                        config.threads().shared() ? duty : null,
                        engine.inbox(),
                        rules,
                        config.durableByDefault(),
                        config.threads().sequencerBusy()
                                ? AgentThread.Idle.BUSY
                                : AgentThread.Idle.PARK,
                        failures);
    }

    /** What loop 0 runs before its own agents: what comes in by the door is appended at once. */
    private List<Agent> loopAgents() {
        return Stream.of(door == null ? null : door.loopAgent(), engine.loopAgent())
                .filter(Objects::nonNull)
                .toList();
    }

    private static void await(
            final CompletableFuture<?> future, final long timeoutMs, final String what) {
        try {
            future.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (final TimeoutException ex) {
            LOG.warn("not done in time: {}", what);
        } catch (final ExecutionException ex) {
            LOG.warn("failed: {}", what, ex.getCause());
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private IoLoop ioLoop(final EventLoop eventLoop) {
        for (final IoLoop loop : loops) {
            if (loop.eventLoop() == eventLoop) {
                return loop;
            }
        }
        throw new IllegalStateException("an event loop that is not ours");
    }

    private StreamConfig streamConfig() {
        final WeftConfig.Streams streams = config.streams();
        return new StreamConfig(
                streams.subscribersMax(),
                streams.keepAliveIntervalNs(),
                Math.toIntExact(streams.retryMinNs() / NS_PER_MS),
                Math.toIntExact(streams.retryMaxNs() / NS_PER_MS),
                Set.copyOf(rules.categoryNames()));
    }

    /** Adding a surface: one line here. */
    private RouteTable routes(final IoLoop loop) {
        final RouteTable.Builder routes = loop.routes();
        operations.addTo(routes);
        return routes.build();
    }

    /**
     * Chosen before anything is opened.
     *
     * @throws IllegalStateException if the one that is asked for does not work here.
     */
    private static Transport transport(final WeftConfig.TransportChoice choice) {
        final TransportSelection selection =
                switch (choice) {
                    case AUTO -> TransportSelection.best();
                    case IO_URING -> TransportSelection.forced(Transport.IO_URING);
                    case EPOLL -> TransportSelection.forced(Transport.EPOLL);
                    case NIO -> TransportSelection.forced(Transport.NIO);
                };
        selection.passedOver().forEach(reason -> LOG.info("transport {}", reason));
        LOG.info("transport: {}", selection.transport());
        return selection.transport();
    }
}

package dev.weft.server;

import dev.weft.server.bridge.PartStatus;
import dev.weft.server.config.WeftConfig;
import dev.weft.server.door.Door;
import dev.weft.server.http.RouteTable;
import dev.weft.server.http.SlowRoute;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.index.engine.IndexCounters;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.RecoveryReport;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.ops.HealthFacts;
import dev.weft.server.ops.HealthRoute;
import dev.weft.server.ops.MetricSources;
import dev.weft.server.ops.MetricsPage;
import dev.weft.server.ops.OpsRoutes;
import dev.weft.server.ops.SequencerCounts;
import dev.weft.server.roll.RollCall;
import dev.weft.server.roll.SubscribersRoute;
import dev.weft.server.stream.SubscriberSlots;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.jspecify.annotations.Nullable;

/** What surrounds the events: health, metrics, documents. It asks the others when it is asked. */
final class Operations implements AutoCloseable {
    private final HealthRoute health;
    private final MetricsPage metrics;
    private final SubscribersRoute subscribers;
    private final Executor executor = SlowRoute.newExecutor();

    Operations(
            final WeftConfig config,
            final Journal journal,
            final RecoveryReport report,
            final Transport transport,
            final SubscriberSlots slots,
            final Engine engine,
            final SequencerCounts counts,
            final List<IoLoop> loops,
            final @Nullable IndexCounters index,
            final @Nullable Door door,
            final List<PartStatus> bridge) {
        subscribers =
                new SubscribersRoute(
                        new RollCall(
                                loops.stream()
                                        .map(
                                                loop ->
                                                        new RollCall.Loop(
                                                                loop.eventLoop(), loop.streams()))
                                        .toList()),
                        slots::used);
        health =
                new HealthRoute(
                        journal,
                        new HealthFacts(
                                config.threads().shared() ? "shared" : "dedicated",
                                transport.toString(),
                                config.durableByDefault() ? "durable" : "journaled",
                                slots::used,
                                index == null ? null : index::indexedSequence,
                                bridge,
                                recovery(report)),
                        System::nanoTime,
                        new SystemEpochMicroClock()::microTime);
        metrics =
                new MetricsPage(
                        new MetricSources(
                                journal,
                                counts,
                                loops.stream().map(IoLoop::httpCounters).toList(),
                                loops.stream().map(loop -> loop.ingest().counters()).toList(),
                                loops.stream()
                                        .map(loop -> loop.streams().fanout().counters())
                                        .toList(),
                                loops.stream().map(IoLoop::deliveryLatency).toList(),
                                loops.stream().map(loop -> loop.streams().counters()).toList(),
                                Map.of(
                                        "inbox",
                                        () -> engine.inbox().size(),
                                        "durable",
                                        engine::durableWaiting),
                                () -> lag(journal, loops),
                                index,
                                door == null ? null : door.counters(),
                                bridge));
    }

    private static long lag(final Journal journal, final List<IoLoop> loops) {
        final long handedOut =
                loops.stream()
                        .mapToLong(loop -> loop.streams().fanout().counters().handedOut.get())
                        .min()
                        .orElse(0);
        return Math.max(0, journal.appendedSequence() - handedOut);
    }

    private static HealthFacts.@Nullable Recovery recovery(final RecoveryReport report) {
        final SequenceRange skipped = report.skipped();
        if (!report.isDamaged() && skipped == null && report.quarantined().isEmpty()) {
            return null; // a new directory, a clean stop, or a kill that cost nothing
        }
        return skipped == null
                ? new HealthFacts.Recovery(report.damage(), 0, 0)
                : new HealthFacts.Recovery(report.damage(), skipped.from(), skipped.to());
    }

    /** Adds its routes. */
    void addTo(final RouteTable.Builder routes) {
        OpsRoutes.add(routes, health, metrics, executor);
        routes.add(HttpMethod.GET, "/subscribers", subscribers)
                .add(HttpMethod.GET, "/subscribers/{id}", subscribers.one());
    }

    @Override
    public void close() {
        metrics.close();
    }
}

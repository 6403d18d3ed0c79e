package dev.weft.server.ops;

import dev.weft.server.bridge.PartStatus;
import dev.weft.server.counters.Counter;
import dev.weft.server.counters.HttpCounters;
import dev.weft.server.counters.LatencyRecorder;
import dev.weft.server.door.DoorCounters;
import dev.weft.server.fanout.FanoutCounters;
import dev.weft.server.index.engine.IndexCounters;
import dev.weft.server.ingest.IngestCounters;
import dev.weft.server.journal.Journal;
import dev.weft.server.stream.facts.StreamCounters;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who is asked at a scrape. One element per event loop in each list.
 *
 * @param deliveryLatency from an event's time to its last socket.
 * @param queues how much waits now, by queue: {@code inbox}, {@code durable}, {@code replay}.
 * @param lag events that the furthest behind live subscriber still has to get.
 * @param index how far the index of history is, null if there is none.
 * @param door null where there is none.
 * @param bridge its parts, none where there is none.
 */
public record MetricSources(
        Journal journal,
        SequencerCounts sequencer,
        List<HttpCounters> http,
        List<IngestCounters> ingest,
        List<FanoutCounters> fanout,
        List<LatencyRecorder> deliveryLatency,
        List<StreamCounters> streams,
        Map<String, LongSupplier> queues,
        LongSupplier lag,
        @Nullable IndexCounters index,
        @Nullable DoorCounters door,
        List<PartStatus> bridge) {
    private static final Map<Integer, String> REFUSALS =
            Map.ofEntries(
                    Map.entry(400, "bad_request"),
                    Map.entry(401, "unauthorized"),
                    Map.entry(403, "forbidden_origin"),
                    Map.entry(404, "not_found"),
                    Map.entry(405, "method"),
                    Map.entry(408, "too_slow"),
                    Map.entry(410, "trimmed"),
                    Map.entry(413, "too_long"),
                    Map.entry(414, "request_line_too_long"),
                    Map.entry(415, "content_type"),
                    Map.entry(417, "expectation"),
                    Map.entry(421, "wrong_host"),
                    Map.entry(426, "upgrade_required"),
                    Map.entry(429, "too_many"),
                    Map.entry(431, "headers_too_long"),
                    Map.entry(500, "internal"),
                    Map.entry(503, "unavailable"),
                    Map.entry(505, "http_version"),
                    Map.entry(507, "disk_full"));

    public MetricSources {
        http = List.copyOf(http);
        ingest = List.copyOf(ingest);
        fanout = List.copyOf(fanout);
        deliveryLatency = List.copyOf(deliveryLatency);
        streams = List.copyOf(streams);
        queues = Map.copyOf(queues);
        bridge = List.copyOf(bridge);
    }

    void addTo(final Metrics metrics) {
        addPublishes(metrics);
        addJournal(metrics);
        addDeliveries(metrics);
        addHttp(metrics);
        if (index != null) {
            addIndex(metrics, index);
        }
        if (door != null) {
            addDoor(metrics, door);
        }
        bridge.forEach(part -> addBridge(metrics, part));
    }

    private static void addBridge(final Metrics metrics, final PartStatus part) {
        final Metrics.Label label = new Metrics.Label("part", part.name());
        metrics.gauge(
                "weft.bridge.running",
                "1 while a part of the bridge has both of its sides, else 0",
                label,
                () -> part.state() == PartStatus.State.RUNNING ? 1 : 0);
        metrics.counter(
                "weft.bridge.passed",
                "Entries, messages or events that went over",
                label,
                get(part.passed));
        metrics.counter(
                "weft.bridge.repeated",
                "Entries that were there already and were left out",
                label,
                get(part.repeated));
        metrics.counter(
                "weft.bridge.rejected",
                "Entries or messages that could not be events and were told in one",
                label,
                get(part.rejected));
        metrics.counter(
                "weft.bridge.lost",
                "Messages or events that are known to be lost",
                label,
                get(part.lost));
        metrics.counter(
                "weft.bridge.breaks", "Times that a side was away", label, get(part.breaks));
        metrics.counter(
                "weft.bridge.waits",
                "Times that it waited for room on the other side",
                label,
                get(part.waits));
    }

    private void addIndex(final Metrics metrics, final IndexCounters index) {
        metrics.gauge(
                "weft.index.sequence",
                "Newest sequence that queries of history find",
                null,
                index::indexedSequence);
        metrics.gauge(
                "weft.index.lag",
                "Events that are appended and not yet indexed",
                null,
                () -> Math.max(0, journal.appendedSequence() - index.indexedSequence()));
        metrics.gauge("weft.index.segments", "Segments in files", null, index::segments);
        metrics.gauge("weft.index.bytes", "Bytes of these files", null, index::fileBytes);
        metrics.gauge(
                "weft.index.memory.bytes",
                "Bytes in use by segments that are not in files yet",
                null,
                index::memoryBytes);
        metrics.counter(
                "weft.index.damaged",
                "Segments that could not be used and were made again from the journal",
                null,
                index::damaged);
        metrics.counter(
                "weft.index.write.failures",
                "Times that a segment could not be written",
                null,
                index::writeFailures);
    }

    private static void addDoor(final Metrics metrics, final DoorCounters door) {
        metrics.gauge("weft.door.open", "1 if the door takes events", null, get(door.open));
        metrics.gauge(
                "weft.door.publishers", "Publishers with a slot now", null, get(door.publishers));
        metrics.counter("weft.door.events", "Events that came by the door", null, get(door.events));
        metrics.counter("weft.door.bytes", "Bytes that came by the door", null, get(door.bytes));
        metrics.counter(
                "weft.door.refused",
                "Events of the door refused one by one",
                null,
                get(door.refused));
        metrics.counter(
                "weft.door.abandoned",
                "Places in the ring left unfinished by publishers that ended",
                null,
                get(door.abandoned));
        metrics.counter(
                "weft.door.remade",
                "Times the door was broken and made anew",
                null,
                get(door.remade));
        metrics.counter("weft.door.sleeps", "Times the door fell asleep", null, get(door.sleeps));
    }

    private void addPublishes(final Metrics metrics) {
        metrics.counter(
                "weft.publishes",
                "Publish requests answered with success",
                null,
                sum(ingest, IngestCounters::publishes));
        metrics.counter(
                "weft.publish.bytes",
                "Bytes of publish bodies",
                null,
                sum(ingest, IngestCounters::bytes));
        metrics.counter(
                "weft.publish.pauses",
                "NDJSON senders made to wait",
                null,
                sum(ingest, IngestCounters::pauses));
        metrics.counter(
                "weft.publish.rejected.lines",
                "NDJSON lines refused one by one",
                null,
                sum(ingest, IngestCounters::rejectedLines));
        for (final IngestCounters.Refusal reason : IngestCounters.Refusal.values()) {
            metrics.counter(
                    "weft.publish.refusals",
                    "Publish requests refused as a whole",
                    new Metrics.Label("reason", lower(reason)),
                    sum(ingest, each -> each.refusals(reason)));
        }
        metrics.counter(
                "weft.events", "Events appended to the journal", null, get(sequencer.events));
        metrics.counter(
                "weft.event.duplicates",
                "Events recognised as duplicates",
                null,
                get(sequencer.duplicates));
        metrics.counter(
                "weft.event.refusals",
                "Events refused by the sequencer",
                null,
                get(sequencer.refused));
        metrics.counter(
                "weft.blocks", "Blocks appended to the journal", null, get(sequencer.blocks));
        metrics.counter(
                "weft.journal.bytes", "Bytes appended to the journal", null, get(sequencer.bytes));
        metrics.counter(
                "weft.forces", "Times the journal was forced to disk", null, get(sequencer.forces));
        metrics.latency(
                "weft_append_latency_seconds",
                "From a publish's admission to its append",
                List.of(sequencer.appendLatency));
        metrics.latency(
                "weft_force_latency_seconds",
                "Time of forcing the journal to disk",
                List.of(sequencer.forceLatency));
    }

    private void addJournal(final Metrics metrics) {
        metrics.gauge(
                "weft.head", "Newest sequence in the journal", null, journal::appendedSequence);
        metrics.gauge(
                "weft.oldest", "Oldest sequence that can be read", null, journal::oldestSequence);
        metrics.counter(
                "weft.retention.files",
                "Roll files deleted by retention",
                null,
                () -> journal.retention().files());
        metrics.counter(
                "weft.retention.bytes",
                "Bytes of the roll files deleted by retention",
                null,
                () -> journal.retention().bytes());
        metrics.counter(
                "weft.retention.overruled",
                "Roll files deleted although a reader still needed them",
                null,
                () -> journal.retention().overruled());
        metrics.gauge(
                "weft.durable", "Newest sequence forced to disk", null, journal::durableSequence);
        metrics.gauge(
                "weft.free.bytes",
                "Free bytes on the journal's file system",
                null,
                journal::freeBytes);
        metrics.gauge(
                "weft.writable",
                "1 if events can be published",
                null,
                () -> journal.state() == Journal.State.WRITABLE ? 1 : 0);
        queues.forEach(
                (name, size) ->
                        metrics.gauge(
                                "weft.queue",
                                "Entries waiting",
                                new Metrics.Label("queue", name),
                                size));
    }

    private void addDeliveries(final Metrics metrics) {
        metrics.counter(
                "weft.deliveries",
                "Events written to subscribers",
                null,
                sum(fanout, each -> each.deliveries.get()));
        metrics.counter(
                "weft.delivered.bytes",
                "Bytes written to subscribers",
                null,
                sum(fanout, each -> each.deliveredBytes.get()));
        metrics.counter(
                "weft.delivery.writes",
                "Batches written to subscribers",
                null,
                sum(fanout, each -> each.writes.get()));
        metrics.counter(
                "weft.lapped",
                "Times the ring overtook a loop",
                null,
                sum(fanout, each -> each.lapped.get()));
        metrics.gauge(
                "weft.lag",
                "Events the live subscriber furthest behind still has to get",
                null,
                lag);
        addStreams(metrics);
        metrics.latency(
                "weft_delivery_latency_seconds",
                "From an event's time to its last socket, the oldest event of each batch",
                deliveryLatency);
    }

    private void addStreams(final Metrics metrics) {
        for (final SubscriberState state :
                List.of(SubscriberState.CATCHING_UP, SubscriberState.LIVE)) {
            metrics.gauge(
                    "weft.subscribers",
                    "Subscribers now",
                    new Metrics.Label("state", lower(state)),
                    sum(streams, each -> each.subscribers(state).get()));
        }
        for (final Transition reason : Transition.values()) {
            metrics.counter(
                    "weft.subscriber.transitions",
                    "Subscribers that changed their state",
                    new Metrics.Label("reason", lower(reason)),
                    sum(streams, each -> each.transitions(reason).get()));
        }
        metrics.counter(
                "weft.keep.alives",
                "Keep-alives sent",
                null,
                sum(streams, each -> each.keepAlives.get()));
        metrics.counter(
                "weft.resets",
                "Streams begun at a position that made no sense",
                null,
                sum(streams, each -> each.resets.get()));
        metrics.counter(
                "weft.stream.delays",
                "Streams that waited for their opening because many came at once",
                null,
                sum(streams, each -> each.delayed.get()));
        metrics.counter(
                "weft.stream.refusals",
                "Streams refused: no slot, or too many wait already",
                null,
                sum(streams, each -> each.refused.get()));
        metrics.counter(
                "weft.replay.refused",
                "Catch-up requests that had to be made again",
                null,
                sum(streams, each -> each.replayRefused.get()));
    }

    private void addHttp(final Metrics metrics) {
        metrics.counter("weft.http.requests", "Requests read", null, sumOf(each -> each.requests));
        metrics.gauge(
                "weft.http.connections",
                "Open connections, streams included",
                null,
                () ->
                        sumOf(each -> each.connectionsOpened).getAsLong()
                                - sumOf(each -> each.connectionsClosed).getAsLong());
        metrics.counter(
                "weft.http.accept.pauses",
                "Times that no connection was accepted for a moment: no file descriptor",
                null,
                sumOf(each -> each.acceptPauses));
        REFUSALS.forEach(
                (status, reason) ->
                        metrics.counter(
                                "weft.http.refusals",
                                "Requests answered with a problem",
                                new Metrics.Label("reason", reason),
                                sumOf(each -> each.answers(status))));
    }

    private LongSupplier sumOf(final Function<HttpCounters, Counter> counter) {
        return sum(http, each -> counter.apply(each).get());
    }

    private static <T> LongSupplier sum(final List<T> holders, final ToLongFunction<T> counter) {
        return () -> holders.stream().mapToLong(counter).sum();
    }

    private static LongSupplier get(final Counter counter) {
        return counter::get;
    }

    private static String lower(final Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

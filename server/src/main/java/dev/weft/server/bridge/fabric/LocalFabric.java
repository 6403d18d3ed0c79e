package dev.weft.server.bridge.fabric;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.fanout.Filter;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.Lease;
import dev.weft.server.query.History;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.sequencer.PendingAppend;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The server of this process: publishes through its inbox, asks its history, reads its journal. Any
 * thread of the bridge.
 */
public final class LocalFabric implements Fabric {
    private static final long ANSWER_MS = 10_000;

    private final AppendInbox inbox;
    private final EventRules rules;
    private final boolean durable;
    private final Journal journal;
    private final History history;
    private final Filter filter;
    private final ThreadLocal<Lease> leases; // one for each outlet, for its life

    /**
     * Makes it.
     *
     * @param durable whether a publish waits until it is forced to disk.
     * @param filter which events go out.
     */
    public LocalFabric(
            final AppendInbox inbox,
            final EventRules rules,
            final boolean durable,
            final Journal journal,
            final History history,
            final Filter filter) {
        this.inbox = inbox;
        this.rules = rules;
        this.durable = durable;
        this.journal = journal;
        this.history = history;
        this.filter = filter;
        leases = ThreadLocal.withInitial(journal::newLease);
    }

    @Override
    public Outcome publish(final EventBatch batch) throws FabricException, EventRefusedException {
        final CompletableFuture<PendingAppend.Status> outcome = new CompletableFuture<>();
        final PendingAppend pending =
                new PendingAppend(completed -> outcome.complete(completed.status()));
        pending.reset(durable);
        prepare(batch, pending);
        pending.admittedNs(System.nanoTime());
        if (!inbox.offer(pending)) {
            return Outcome.LATER;
        }
        return switch (await(outcome)) {
            case APPENDED -> Outcome.APPENDED;
            case DISK_FULL, BACK_PRESSURED -> Outcome.LATER;
            default -> Outcome.UNCLEAR;
        };
    }

    private void prepare(final EventBatch batch, final PendingAppend pending)
            throws EventRefusedException {
        final EventIds ids = new EventIds();
        ids.time(System.currentTimeMillis());
        final EventParser parser = new EventParser(rules, ids);
        parser.wrap(batch.bytes(), batch.end(batch.count() - 1));
        for (int i = 0; i < batch.count(); i++) {
            final int at = pending.length();
            final int from = batch.start(i);
            pending.buffer().checkLimit(at + EventParser.recordLengthMax(batch.end(i) - from));
            final int end = parser.parse(from, pending.buffer().byteArray(), at);
            if (end == EventParser.FAILED) {
                throw new EventRefusedException(i, parser.error().detail());
            }
            pending.appendRecord(end);
        }
    }

    private static PendingAppend.Status await(final CompletableFuture<PendingAppend.Status> outcome)
            throws FabricException {
        try {
            return outcome.get(ANSWER_MS, TimeUnit.MILLISECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new FabricException("interrupted", true);
        } catch (final ExecutionException | TimeoutException ex) {
            return PendingAppend.Status.PENDING;
        }
    }

    @Override
    public @Nullable String newestId(final String causationId, final Predicate<String> wanted)
            throws FabricException {
        final NewestRead read = new NewestRead(causationId, wanted, journal.appendedSequence());
        if (!history.offer(read)) {
            throw new FabricException("too many queries wait", false);
        }
        return read.await();
    }

    @Override
    public long head() {
        return journal.appendedSequence();
    }

    @Override
    public EventFeed feed(final long afterSequence) {
        return new JournalFeed(journal, filter, leases.get(), afterSequence);
    }
}

package dev.weft.server.bridge.fabric;

import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.History;
import dev.weft.server.record.RecordView;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the newest event that something caused and whose id counts. Asked by a thread of the
 * bridge, done by the query thread.
 */
final class NewestRead implements History.Read {
    /** Events that are looked at: others may name the same cause. */
    private static final int EVENTS_MAX = 1_000;

    private static final long ANSWER_MS = 10_000;

    /** The id, or an outcome without one. */
    private record Answer(Outcome outcome, @Nullable String id) {}

    private final String causationId;
    private final Predicate<String> wanted;
    private final long head;
    private final CompletableFuture<Answer> answered = new CompletableFuture<>();
    private @Nullable String id;

    NewestRead(final String causationId, final Predicate<String> wanted, final long head) {
        this.causationId = causationId;
        this.wanted = wanted;
        this.head = head;
    }

    /** Waits for the answer. */
    @Nullable String await() throws FabricException {
        try {
            final Answer answer = answered.get(ANSWER_MS, TimeUnit.MILLISECONDS);
            if (answer.outcome == Outcome.READ) {
                return answer.id;
            }
            throw new FabricException(
                    "the history does not answer: " + answer.outcome,
                    answer.outcome == Outcome.NO_INDEX);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new FabricException("interrupted", true);
        } catch (final ExecutionException | TimeoutException ex) {
            throw new FabricException("the history does not answer", false);
        }
    }

    @Override
    public long head() {
        return head;
    }

    @Override
    public long firstSequence() {
        return 1;
    }

    @Override
    public int lengthMax() {
        return 1;
    }

    @Override
    public boolean read(final History.Sources sources) {
        final StringBuilder quoted = new StringBuilder();
        JsonText.quote(quoted, causationId);
        final EventQuery query =
                EventQuery.ALL
                        .where(IndexField.CAUSATION_ID, quoted.substring(1, quoted.length() - 1))
                        .upTo(head);
        final Sequences newest = sources.index().select(query).descending(0);
        final EventReads reads = sources.index().reads();
        final RecordView view = new RecordView();
        for (int i = 0; i < EVENTS_MAX; i++) {
            final long sequence = newest.next();
            if (sequence == Sequences.NONE) {
                break;
            }
            if (!reads.at(sequence)) {
                continue;
            }
            final String each =
                    view.wrap(reads.block(), reads.index()).text(RecordDescriptor.ID_OFFSET);
            if (each != null && wanted.test(each)) {
                id = each;
                break;
            }
        }
        return true;
    }

    @Override
    public void answer(final Outcome outcome) {
        answered.complete(new Answer(outcome, id));
    }
}

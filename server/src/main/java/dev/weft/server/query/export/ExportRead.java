package dev.weft.server.query.export;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.Selection;
import dev.weft.server.journal.Lease;
import dev.weft.server.query.History;
import dev.weft.server.query.Scope;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What the query thread does for one export: it begins it, then reads a chunk each time it is
 * asked. Handed from the loop to the query thread and back; only one of them has it at a time, but
 * for {@link #cancel}.
 */
final class ExportRead implements History.Read, History.Holder {
    /** At which a chunk ends, but for a single long event. */
    static final int CHUNK_LENGTH = 256 * 1024;

    private final ExportWish wish;
    private final History history;
    private final long head;
    private final boolean chunked;
    private final Receiver receiver;
    private @Nullable LineSource source; // null until it has begun
    private long remaining;
    private long total;
    private @Nullable ByteBuf chunk;
    private @Nullable Problem problem;
    private volatile boolean isCancelled; // set by the loop, read by the query thread
    private volatile long needed = 1; // lowest sequence to come; written by the query thread

    /** Gets what was read. Thread: query. */
    interface Receiver {
        void onRead(ExportRead read, Outcome outcome);
    }

    ExportRead(
            final ExportWish wish,
            final History history,
            final long head,
            final boolean chunked,
            final Receiver receiver) {
        this.wish = wish;
        this.history = history;
        this.head = head;
        this.chunked = chunked;
        this.receiver = receiver;
        remaining = wish.limit();
    }

    // ---- for the loop, while it has it

    /** Events that it will have. */
    long total() {
        return total;
    }

    @Override
    public long head() {
        return head;
    }

    /** Why there is nothing, or null. */
    @Nullable Problem problem() {
        return problem;
    }

    boolean isOver() {
        return source != null && (source.nextSequence() == LineSource.OVER || remaining == 0);
    }

    /** Hands the chunk over; null if there is none. */
    @Nullable ByteBuf take() {
        final ByteBuf taken = chunk;
        chunk = null;
        return taken;
    }

    /** Lowest sequence that is still to come. Any thread. */
    long needed() {
        return needed;
    }

    /** Nobody wants more. Any thread. */
    void cancel() {
        isCancelled = true;
    }

    // ---- for the query thread

    @Override
    public long neededSequence() {
        return isCancelled ? Lease.NONE : needed;
    }

    @Override
    public long firstSequence() {
        return needed;
    }

    @Override
    public int lengthMax() {
        return 2 * CHUNK_LENGTH;
    }

    @Override
    public boolean read(final History.Sources sources) {
        if (isCancelled) {
            return true;
        }
        if (source == null) {
            try {
                begin(sources.index());
            } catch (final ProblemException ex) {
                problem = ex.problem();
                isCancelled = true;
            }
            return true;
        }
        sources.lines().begin(Filter.ALL, Framing.NDJSON, chunked).expect(CHUNK_LENGTH);
        remaining -= source.read(sources, remaining);
        chunk = sources.lines().take();
        needed = isOver() ? Lease.NONE : source.nextSequence();
        return true;
    }

    private void begin(final EventIndex index) {
        wish.scope().check(index.oldestSequence());
        final Scope.Range range = wish.scope().range(index, head);
        final Selection selection = index.select(wish.scope().query(range));
        total = Math.min(wish.limit(), selection.count());
        final LineSource made =
                wish.isPlain()
                        ? new JournalLines(range, index.oldestSequence())
                        : new SelectedLines(wish, index, selection, range);
        needed = made.nextSequence();
        source = made;
        history.hold(this);
    }

    @Override
    public @Nullable ByteBuf bytes() {
        return chunk;
    }

    @Override
    public void bytes(final ByteBuf counted) {
        chunk = counted;
    }

    @Override
    public void answer(final Outcome outcome) {
        receiver.onRead(this, outcome);
    }
}

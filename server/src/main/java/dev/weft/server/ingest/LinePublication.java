package dev.weft.server.ingest;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.json.JsonText;
import dev.weft.protocol.json.Words;
import dev.weft.server.http.Exchange;
import dev.weft.server.ingest.Answers.LineTotals;
import dev.weft.server.ingest.IngestCounters.Refusal;
import dev.weft.server.sequencer.AppendSeries;
import dev.weft.server.sequencer.PendingAppend;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An NDJSON body of any length, in constant memory: lines are parsed as they arrive, appended in
 * bounded batches, and answered once at the end. It keeps one unfinished line, one open batch, and
 * a bounded number of batches on their way; when those are used up it has the connection stop
 * reading. Thread: the loop.
 */
final class LinePublication implements Exchange.BodyConsumer, Append.Owner {
    private static final int BATCH_LENGTH_MAX = 64 * 1024;
    private static final int BATCH_COUNT_MAX = 512;
    private static final int BATCHES_MAX = 16; // on their way to the journal
    private static final int BATCHES_LOW = BATCHES_MAX / 2;
    private static final long RETRY_INTERVAL_NS = 1_000_000;
    private static final long STALLED_TIME_MAX_NS = 3_000_000_000L;
    private static final String LINE_TOO_LONG =
            "an event may have at most " + Limits.EVENT_LENGTH_MAX + " bytes";
    private static final Problem STALLED =
            new Problem(
                    503,
                    "the journal did not take further lines in time: the rest was not appended");
    private static final Problem BODIES_FULL =
            new Problem(
                    503,
                    "too many unfinished bodies: the rest was not appended, try again in a moment");

    private final IngestLoop loop;
    private final boolean durable;
    private final AppendSeries series = new AppendSeries();
    private final LineTotals totals = new LineTotals();
    private final StringBuilder errors = new StringBuilder();
    private final Runnable onRetry = this::retry;
    private @Nullable Exchange exchange; // null when it was answered or given up
    private @Nullable ByteBuf input; // from the begin of the first line that is not yet parsed
    private int searched; // bytes of it that hold no line end
    private long line;
    private long lineLooked; // line when isLive was asked last
    private boolean skipping; // the rest of a line that is too long
    private @Nullable Append batch;
    private int batchesOut;
    private boolean refused; // the sequencer had no room for the batch
    private boolean paused;
    private boolean retrying;
    private long stalledSinceNs;
    private boolean ended;
    private @Nullable Problem failure; // nothing that stands at or behind its line is appended
    private long failedLine;

    LinePublication(final IngestLoop loop, final Exchange exchange, final boolean durable) {
        this.loop = loop;
        this.exchange = exchange;
        this.durable = durable;
    }

    @Override
    public void onBytes(final ByteBuf bytes) {
        loop.counters().onBytes(bytes.readableBytes());
        if (exchange == null || failure != null) {
            return;
        }
        final ByteBuf buffer = loop.buffer(input, bytes);
        if (buffer == null) {
            fail(Refusal.BACK_PRESSURE, BODIES_FULL, missingLine());
        } else {
            input = buffer;
        }
        proceed();
    }

    @Override
    public void onEnd() {
        ended = true;
        proceed();
    }

    /** A line that was begun has to go on; between lines, and from line to line, time is free. */
    @Override
    public boolean isLive() {
        final boolean isMoving = line != lineLooked;
        lineLooked = line;
        return isMoving || (input == null && !skipping);
    }

    @Override
    public void onAbort() {
        exchange = null;
        drop();
    }

    @Override
    public void onStop() {
        if (exchange == null || failure != null) {
            return;
        }
        flush();
        fail(Refusal.BACK_PRESSURE, Answers.STOPPING, missingLine());
        proceed();
    }

    @Override
    public void onOutcome(final Append completed) {
        final PendingAppend pending = completed.pending();
        batchesOut--;
        if (pending.status() == PendingAppend.Status.APPENDED) {
            totals.add(pending);
        } else if (failure == null || completed.firstLine() < failedLine) {
            fail(
                    Publication.refusal(pending.status()),
                    Answers.refusal(pending),
                    completed.firstLine());
        }
        loop.release(completed);
        proceed();
    }

    private void retry() {
        retrying = false;
        proceed();
    }

    /**
     * Goes on as far as there is input and room; then answers, waits for more input, or makes the
     * sender wait.
     */
    private void proceed() {
        final Exchange request = exchange;
        if (request == null) {
            return;
        }
        if (failure == null) {
            final boolean hadRoom = hasRoom() && parseLines() && flush();
            if (!hadRoom) {
                stall(request);
            } else if (paused && batchesOut <= BATCHES_LOW) {
                paused = false;
                request.readBody(true);
            }
        }
        if (batchesOut == 0 && (failure != null || (ended && input == null && batch == null))) {
            answer(request);
        }
    }

    /** Whether another batch may go out. */
    private boolean hasRoom() {
        return batchesOut < BATCHES_MAX && (!refused || flush());
    }

    private void stall(final Exchange request) {
        final long nowNs = System.nanoTime();
        if (!paused) {
            paused = true;
            stalledSinceNs = nowNs;
            loop.counters().onPaused();
            request.readBody(false);
        }
        if (batchesOut > 0) {
            stalledSinceNs = nowNs; // its outcome wakes this
        } else if (nowNs - stalledSinceNs > STALLED_TIME_MAX_NS) {
            fail(Refusal.BACK_PRESSURE, STALLED, missingLine());
        } else if (!retrying) {
            retrying = true;
            request.eventLoop().schedule(onRetry, RETRY_INTERVAL_NS, TimeUnit.NANOSECONDS);
        }
    }

    /** Parses what has arrived; false if it could not go on for want of room. */
    private boolean parseLines() {
        final ByteBuf buffer = input;
        if (buffer == null) {
            return true;
        }
        final byte[] text = buffer.array();
        final int base = buffer.arrayOffset();
        final int end = base + buffer.writerIndex();
        final EventParser parser = loop.parser(text, end);
        int at = base + buffer.readerIndex();
        boolean hasRoom = true;
        while (at < end && hasRoom) {
            final int lineEnd = Words.lineEnd(text, at + searched, end);
            searched = 0;
            if (lineEnd == end && !ended) {
                at = unfinished(at, end);
                break;
            }
            hasRoom = skipping || parseLine(parser, text, at, lineEnd);
            if (hasRoom) {
                skipping = false;
                at = Math.min(lineEnd + 1, end);
            }
        }
        keep(buffer, at - base);
        return hasRoom;
    }

    /**
     * Keeps an unfinished line, or drops it if it is too long already; returns from where to keep.
     */
    private int unfinished(final int at, final int end) {
        if (skipping) {
            return end;
        }
        if (end - at > Limits.EVENT_LENGTH_MAX) {
            line++;
            reject(LINE_TOO_LONG);
            skipping = true;
            return end;
        }
        searched = end - at;
        return at;
    }

    private void keep(final ByteBuf buffer, final int from) {
        if (from == buffer.writerIndex()) {
            input = null;
            loop.releaseBuffer(buffer);
        } else {
            buffer.readerIndex(from).discardReadBytes();
        }
    }

    /** Parses one line into the batch; false if there is no room for it. */
    private boolean parseLine(
            final EventParser parser, final byte[] text, final int from, final int to) {
        final Append target = batch == null ? newBatch() : batch;
        if (target == null || refused) {
            return false;
        }
        line++;
        if (to - from > Limits.EVENT_LENGTH_MAX) {
            reject(LINE_TOO_LONG);
            return true;
        }
        parser.wrap(text, to);
        if (parser.skipSpace(from) == to) {
            return true; // a blank line
        }
        if (!target.parse(parser, from, to - from, true)) {
            reject(parser.error().detail());
            return true;
        }
        final PendingAppend pending = target.pending();
        if (pending.count() == 1) {
            target.firstLine(line);
        }
        final boolean isFull =
                pending.count() == BATCH_COUNT_MAX || pending.length() >= BATCH_LENGTH_MAX;
        if (isFull) {
            flush();
        }
        return true;
    }

    private @Nullable Append newBatch() {
        if (batchesOut < BATCHES_MAX) {
            batch = loop.acquireLarge(this, durable, BATCH_LENGTH_MAX);
            if (batch != null) {
                batch.pending().series(series);
            }
        }
        return batch;
    }

    /** Hands the batch to the sequencer; false if it had no room. */
    private boolean flush() {
        final Append full = batch;
        refused = false;
        if (full == null) {
            return true;
        }
        if (full.pending().count() == 0) { // only blank or refused lines
            batch = null;
            loop.release(full);
        } else if (loop.offer(full)) {
            batch = null;
            batchesOut++;
        } else {
            refused = true;
        }
        return !refused;
    }

    private void reject(final String detail) {
        loop.counters().onRejectedLine();
        totals.rejected++;
        if (totals.rejected <= Limits.REJECTED_LINES_LISTED_MAX) {
            errors.append(errors.length() == 0 ? "" : ",")
                    .append("{\"line\":")
                    .append(line)
                    .append(",\"detail\":");
            JsonText.quote(errors, detail);
            errors.append('}');
        }
    }

    /** The first line that was not handed to the sequencer. */
    private long missingLine() {
        final Append open = batch;
        return open == null || open.pending().count() == 0 ? line + 1 : open.firstLine();
    }

    private void fail(final Refusal reason, final Problem problem, final long atLine) {
        loop.counters().onRefused(reason);
        failure = problem.with("line", atLine);
        failedLine = atLine;
        drop();
    }

    private void answer(final Exchange request) {
        exchange = null;
        if (failure == null) {
            loop.counters().onPublished();
            loop.answers().lines(request, totals, durable, errors);
            return;
        }
        Problem problem =
                failure.with("accepted", totals.accepted).with("duplicates", totals.duplicates);
        if (totals.accepted > 0) {
            problem =
                    problem.with("first_seq", totals.firstSequence)
                            .with("last_seq", totals.lastSequence);
        }
        request.respond(problem);
    }

    private void drop() {
        final ByteBuf buffer = input;
        if (buffer != null) {
            input = null;
            loop.releaseBuffer(buffer);
        }
        final Append open = batch;
        if (open != null) {
            batch = null;
            loop.release(open);
        }
    }
}

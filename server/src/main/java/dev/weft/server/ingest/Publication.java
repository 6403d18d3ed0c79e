package dev.weft.server.ingest;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.ParseError;
import dev.weft.server.http.Exchange;
import dev.weft.server.ingest.IngestCounters.Refusal;
import dev.weft.server.sequencer.PendingAppend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One event or one array on its way from the request to its answer. A body that arrives in one
 * piece is parsed at once; another is collected up to its limit. Pooled: free again when it has
 * answered and the body has ended. Thread: the loop.
 */
final class Publication implements Exchange.BodyConsumer, Append.Owner, OriginalLookup.Receiver {
    static final Problem EVENT_TOO_LONG =
            new Problem(413, "an event may have at most " + Limits.EVENT_LENGTH_MAX + " bytes");
    private static final Problem ARRAY_TOO_LONG =
            new Problem(
                    413,
                    "an array may have at most "
                            + Limits.ARRAY_LENGTH_MAX
                            + " bytes; NDJSON has no limit");
    private static final Problem ARRAY_TOO_MANY =
            new Problem(
                    413,
                    "an array may have at most "
                            + Limits.ARRAY_EVENTS_MAX
                            + " events; NDJSON has no limit");
    private static final Problem FORM =
            new Problem(
                    415,
                    "the body is no JSON: send Content-Type: application/json and an object or an array");
    static final Problem BODIES_FULL =
            new Problem(
                    503, "too many unfinished bodies: nothing was appended, try again in a moment");

    private final IngestLoop loop;
    private @Nullable Exchange exchange; // null while it is free
    private @Nullable ByteBuf body;
    private @Nullable Append append;
    private long contentLength;
    private boolean form;
    private boolean minimal;
    private boolean durable;
    private boolean array;
    private boolean ended; // the connection will not call this again
    private long original;

    Publication(final IngestLoop loop) {
        this.loop = loop;
    }

    void begin(final Exchange request, final PublishOptions options) {
        exchange = request;
        contentLength = options.contentLength();
        form = options.isForm();
        minimal = options.isMinimal();
        durable = options.isDurable();
        array = false;
        ended = false;
        if (contentLength > Limits.ARRAY_LENGTH_MAX) {
            refuse(Refusal.TOO_LONG, ARRAY_TOO_LONG);
        } else {
            request.onBody(this);
        }
    }

    @Override
    public void onBytes(final ByteBuf bytes) {
        final int length = bytes.readableBytes();
        loop.counters().onBytes(length);
        if (body == null && contentLength == length && length <= IngestLoop.SCRATCH_LENGTH) {
            parse(loop.scratch(bytes), 0, length);
            return;
        }
        final int before = body == null ? 0 : body.readableBytes();
        if (Math.max(contentLength, before + length)
                > lengthMax(before == 0 ? bytes : Objects.requireNonNull(body))) {
            refuse(Refusal.TOO_LONG, array ? ARRAY_TOO_LONG : EVENT_TOO_LONG);
            return;
        }
        final ByteBuf target = loop.buffer(body, bytes);
        if (target == null) {
            refuse(Refusal.BACK_PRESSURE, BODIES_FULL);
            return;
        }
        body = target;
    }

    @Override
    public void onEnd() {
        ended = true;
        if (append == null) {
            final ByteBuf collected = body;
            if (collected == null) {
                parse(loop.scratch(Unpooled.EMPTY_BUFFER), 0, 0);
            } else {
                final int from = collected.arrayOffset() + collected.readerIndex();
                parse(collected.array(), from, from + collected.readableBytes());
            }
        }
        final Append prepared = append;
        if (prepared == null) {
            return; // refused
        }
        releaseBody();
        if (prepared.pending().count() == 0) { // an empty array
            loop.answers().array(Objects.requireNonNull(exchange), prepared.pending());
            free();
        } else if (!loop.offer(prepared)) {
            refuse(Refusal.BACK_PRESSURE, Answers.backPressure());
        }
    }

    @Override
    public void onAbort() {
        ended = true;
        free();
    }

    @Override
    public void onStop() {
        if (!ended) {
            refuse(Refusal.BACK_PRESSURE, Answers.STOPPING);
        }
    }

    @Override
    public void onOutcome(final Append completed) {
        final PendingAppend pending = completed.pending();
        final Exchange request = Objects.requireNonNull(exchange);
        if (pending.status() != PendingAppend.Status.APPENDED) {
            refuse(refusal(pending.status()), Answers.refusal(pending));
            return;
        }
        loop.counters().onPublished();
        if (array) {
            loop.answers().array(request, pending);
        } else if (pending.duplicateCount() > 0) {
            repeated(request, pending.sequence(0));
            return;
        } else if (minimal) {
            loop.answers().minimal(request, pending.sequence(0), durable, false);
        } else {
            loop.answers().envelope(request, pending);
        }
        free();
    }

    @Override
    public void onOriginal(final @Nullable ByteBuf envelope) {
        final Exchange request = Objects.requireNonNull(exchange);
        if (envelope == null) {
            loop.answers().minimal(request, original, durable, true);
        } else {
            loop.answers().original(request, original, durable, envelope);
        }
        free();
    }

    static Refusal refusal(final PendingAppend.Status status) {
        return switch (status) {
            case DISK_FULL -> Refusal.DISK_FULL;
            case BACK_PRESSURED -> Refusal.BACK_PRESSURE;
            default -> Refusal.JOURNAL;
        };
    }

    /** Answers a publish whose event is already in the journal. */
    private void repeated(final Exchange request, final long sequence) {
        original = sequence;
        if (minimal || !loop.originals().lookUp(sequence, request.eventLoop(), this)) {
            loop.answers().minimal(request, sequence, durable, true);
            free();
        }
    }

    /** Longest body, by what it begins with. */
    private int lengthMax(final ByteBuf begin) {
        for (int i = begin.readerIndex(); i < begin.writerIndex(); i++) {
            final byte b = begin.getByte(i);
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                array = b == '[';
                return array ? Limits.ARRAY_LENGTH_MAX : Limits.EVENT_LENGTH_MAX;
            }
        }
        return Limits.EVENT_LENGTH_MAX;
    }

    /** Parses the whole body into {@link #append}, or refuses. */
    private void parse(final byte[] text, final int from, final int to) {
        final EventParser parser = loop.parser(text, to);
        final int first = parser.skipSpace(from);
        array = text[first] == '[';
        if (form && !array && text[first] != '{') {
            refuse(Refusal.CONTENT_TYPE, FORM);
            return;
        }
        if (to - from > (array ? Limits.ARRAY_LENGTH_MAX : Limits.EVENT_LENGTH_MAX)) {
            refuse(Refusal.TOO_LONG, array ? ARRAY_TOO_LONG : EVENT_TOO_LONG);
            return;
        }
        final boolean large = array || to - from > IngestLoop.SMALL_TEXT_LENGTH_MAX;
        final Append prepared =
                large
                        ? loop.acquireLarge(this, durable, to - from)
                        : loop.acquire(this, durable, to - from);
        if (prepared == null) {
            refuse(Refusal.BACK_PRESSURE, Answers.backPressure());
            return;
        }
        append = prepared;
        final Problem problem =
                array ? parseArray(parser, text, first, to) : parseEvent(parser, from, to);
        if (problem != null) {
            refuse(problem.status() == 413 ? Refusal.TOO_LONG : Refusal.BAD_INPUT, problem);
        }
    }

    private @Nullable Problem parseEvent(final EventParser parser, final int from, final int to) {
        if (Objects.requireNonNull(append).parse(parser, from, to - from, true)) {
            return null;
        }
        final ParseError error = parser.error();
        return new Problem(error.status(), error.detail());
    }

    private @Nullable Problem parseArray(
            final EventParser parser, final byte[] text, final int open, final int to) {
        final Append target = Objects.requireNonNull(append);
        int at = parser.skipSpace(open + 1);
        int index = 0;
        while (text[at] != ']' || index > 0) {
            if (index == Limits.ARRAY_EVENTS_MAX) {
                return ARRAY_TOO_MANY;
            }
            if (!target.parse(parser, at, to - at, false)) {
                final ParseError error = parser.error();
                return new Problem(error.status(), "event " + index + ": " + error.detail())
                        .with("index", index);
            }
            index++;
            at = parser.skipSpace(parser.position());
            if (text[at] == ']') {
                break;
            }
            if (text[at] != ',') {
                return malformed(
                        "a comma or the closing bracket was expected behind event " + (index - 1));
            }
            at = parser.skipSpace(at + 1);
        }
        return parser.skipSpace(at + 1) == to ? null : malformed("nothing may follow the array");
    }

    private static Problem malformed(final String rule) {
        return new Problem(400, "malformed JSON: " + rule);
    }

    private void refuse(final Refusal reason, final Problem problem) {
        loop.counters().onRefused(reason);
        final Exchange request = Objects.requireNonNull(exchange);
        free();
        request.respond(problem);
    }

    private void releaseBody() {
        final ByteBuf collected = body;
        if (collected != null) {
            body = null;
            loop.releaseBuffer(collected);
        }
    }

    private void free() {
        releaseBody();
        final Append held = append;
        if (held != null) {
            append = null;
            loop.release(held);
        }
        exchange = null;
        if (ended) {
            loop.release(this);
        }
    }
}

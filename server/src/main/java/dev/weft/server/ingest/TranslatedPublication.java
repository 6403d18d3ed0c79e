package dev.weft.server.ingest;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.ParseError;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.IngestCounters.Refusal;
import dev.weft.server.sequencer.PendingAppend;
import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One event in the form of another surface on its way from the request to its answer: collected,
 * translated, then treated as every event. For one request. Thread: the loop.
 */
final class TranslatedPublication implements Exchange.BodyConsumer, Append.Owner {
    private static final byte[] NOTHING = {};

    private final IngestLoop loop;
    private final Exchange exchange;
    private final Translation translation;
    private final boolean durable;
    private @Nullable ByteBuf body;
    private Translation.@Nullable Translated translated;
    private boolean isOver; // answered, or nobody waits for an answer

    TranslatedPublication(
            final IngestLoop loop,
            final Exchange exchange,
            final Translation translation,
            final boolean durable) {
        this.loop = loop;
        this.exchange = exchange;
        this.translation = translation;
        this.durable = durable;
    }

    @Override
    public void onBytes(final ByteBuf bytes) {
        if (isOver) {
            return; // refused: the rest is thrown away
        }
        final int length = bytes.readableBytes();
        loop.counters().onBytes(length);
        if ((body == null ? 0 : body.readableBytes()) + length > Limits.EVENT_LENGTH_MAX) {
            refuse(Refusal.TOO_LONG, Publication.EVENT_TOO_LONG);
            return;
        }
        final ByteBuf target = loop.buffer(body, bytes);
        if (target == null) {
            refuse(Refusal.BACK_PRESSURE, Publication.BODIES_FULL);
        } else {
            body = target;
        }
    }

    @Override
    public void onEnd() {
        if (isOver) {
            return;
        }
        final byte[] text = collected();
        try {
            publish(translation.translate(text));
        } catch (final ProblemException ex) {
            refuse(Refusal.BAD_INPUT, ex.problem());
        }
    }

    @Override
    public void onAbort() {
        isOver = true;
        collected();
    }

    @Override
    public void onStop() {
        if (!isOver) {
            refuse(Refusal.BACK_PRESSURE, Answers.STOPPING);
        }
    }

    @Override
    public void onOutcome(final Append append) {
        final PendingAppend pending = append.pending();
        final PendingAppend.Status status = pending.status();
        if (status == PendingAppend.Status.APPENDED) {
            loop.counters().onPublished();
            isOver = true;
            loop.answers().json(exchange, answer(pending), durable, pending.sequence(0));
            loop.release(append);
        } else {
            final Problem problem = Answers.refusal(pending);
            loop.release(append);
            refuse(Publication.refusal(status), problem);
        }
    }

    private void publish(final Translation.Translated wanted) {
        translated = wanted;
        final byte[] event = wanted.event();
        final int length = event.length;
        final Append append =
                length > IngestLoop.SMALL_TEXT_LENGTH_MAX
                        ? loop.acquireLarge(this, durable, length)
                        : loop.acquire(this, durable, length);
        if (append == null) {
            refuse(Refusal.BACK_PRESSURE, Answers.backPressure());
            return;
        }
        final byte[] text = Arrays.copyOf(event, length + EventParser.PADDING);
        final EventParser parser = loop.parser(text, length);
        if (!append.parse(parser, 0, length, true)) {
            final ParseError error = parser.error();
            loop.release(append);
            refuse(
                    error.status() == 413 ? Refusal.TOO_LONG : Refusal.BAD_INPUT,
                    new Problem(error.status(), error.detail()));
        } else if (!loop.offer(append)) {
            loop.release(append);
            refuse(Refusal.BACK_PRESSURE, Answers.backPressure());
        }
    }

    private CharSequence answer(final PendingAppend pending) {
        final DirectBuffer record = pending.buffer();
        final int place = record.getInt(RecordDescriptor.ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
        final byte[] id = new byte[place >>> Short.SIZE];
        record.getBytes(RecordDescriptor.LENGTH + (place & 0xFFFF), id);
        return Objects.requireNonNull(translated)
                .answer(
                        new Translation.Appended(
                                pending.sequence(0),
                                new String(id, StandardCharsets.UTF_8),
                                pending.timestamp()));
    }

    private void refuse(final Refusal reason, final Problem problem) {
        isOver = true;
        collected();
        loop.counters().onRefused(reason);
        exchange.respond(problem);
    }

    /** Takes what was collected out of its buffer. */
    private byte[] collected() {
        final ByteBuf from = body;
        if (from == null) {
            return NOTHING;
        }
        body = null;
        final byte[] text = new byte[isOver ? 0 : from.readableBytes()];
        from.readBytes(text);
        loop.releaseBuffer(from);
        return text;
    }
}

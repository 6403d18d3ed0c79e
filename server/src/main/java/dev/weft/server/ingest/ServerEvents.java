package dev.weft.server.ingest;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.sequencer.PendingAppend;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events that the server itself makes: {@code source.kind} is {@code kernel_api}, and
 * reserved types are allowed. They pass the same parser as those of callers. For rare events; each
 * one allocates. One thread per object.
 */
public final class ServerEvents {
    private final AppendInbox inbox;
    private final LongSupplier clockMs;
    private final EventIds ids = new EventIds();
    private final EventParser parser;

    /**
     * Makes a publisher.
     *
     * @param rules those for callers.
     * @param clockMs milliseconds since the epoch.
     */
    public ServerEvents(
            final AppendInbox inbox, final EventRules rules, final LongSupplier clockMs) {
        this.inbox = inbox;
        this.clockMs = clockMs;
        parser = new EventParser(rules.forServer(), ids);
    }

    /**
     * Hands an event to the sequencer.
     *
     * @param completion told the outcome, on the sequencer's thread; it must only hand over.
     * @return false if there is no room; {@code completion} is then not called.
     * @throws IllegalArgumentException if the event breaks a rule.
     */
    public boolean publish(final EventBuilder event, final PendingAppend.Completion completion) {
        final PendingAppend pending = prepare(event, completion);
        pending.admittedNs(System.nanoTime());
        return inbox.offer(pending);
    }

    /** The event as it is handed to the sequencer. */
    public PendingAppend prepare(
            final EventBuilder event, final PendingAppend.Completion completion) {
        final PendingAppend pending = new PendingAppend(completion);
        pending.reset(false);
        final Problem problem = add(event, pending);
        if (problem != null) {
            throw new IllegalArgumentException(problem.detail());
        }
        return pending;
    }

    /**
     * Puts an event behind those of an append that is not offered yet.
     *
     * @return what is wrong with it when a caller's words are in it, and the append is then as
     *     before; null if nothing is.
     */
    public @Nullable Problem add(final EventBuilder event, final PendingAppend pending) {
        final byte[] json = event.json().getBytes(StandardCharsets.UTF_8);
        if (json.length > Limits.EVENT_LENGTH_MAX) {
            return new Problem(
                    413, "an event must not have more than " + Limits.EVENT_LENGTH_MAX + " bytes");
        }
        final byte[] text = Arrays.copyOf(json, json.length + EventParser.PADDING);
        final int at = pending.length();
        pending.buffer().checkLimit(at + EventParser.recordLengthMax(json.length));
        ids.time(clockMs.getAsLong());
        parser.wrap(text, json.length);
        final int end = parser.parseOnly(0, pending.buffer().byteArray(), at);
        if (end == EventParser.FAILED) {
            return new Problem(parser.error().status(), parser.error().detail());
        }
        pending.appendRecord(end);
        return null;
    }

    /** What an outcome other than success says to whoever wanted something to be appended. */
    public static Problem refusal(final PendingAppend.Status status) {
        return switch (status) {
            case DISK_FULL -> Answers.DISK_FULL;
            case NOT_DURABLE -> Answers.NOT_DURABLE;
            case BACK_PRESSURED -> Answers.backPressure();
            default -> Answers.NOT_WRITABLE;
        };
    }
}

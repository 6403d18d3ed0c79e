package dev.weft.server.ingest;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.sequencer.AppendInbox;
import dev.weft.server.sequencer.PendingAppend;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;

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
        final byte[] json = event.json().getBytes(StandardCharsets.UTF_8);
        final byte[] text = Arrays.copyOf(json, json.length + EventParser.PADDING);
        final PendingAppend pending = new PendingAppend(completion);
        pending.reset(false);
        pending.buffer().checkLimit(EventParser.recordLengthMax(json.length));
        ids.time(clockMs.getAsLong());
        parser.wrap(text, json.length);
        final int end = parser.parseOnly(0, pending.buffer().byteArray(), 0);
        if (end == EventParser.FAILED) {
            throw new IllegalArgumentException(parser.error().detail());
        }
        pending.appendRecord(end);
        return pending;
    }
}

package dev.weft.server.session;

import dev.weft.server.control.Commands;
import dev.weft.server.control.CommandsByHand;
import dev.weft.server.control.CommandsByHand.Outcome;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.Sessions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sessions and commands about them on one thread, the test's, which also moves the clock. */
public final class SessionsByHand implements AutoCloseable {
    private final CommandsByHand hand;
    private final Sessions sessions;
    private final SessionCommands sessionCommands;
    private long nowNs = 1;

    /** None yet. */
    public SessionsByHand(final long leaseNs) {
        this(leaseNs, 8_192);
    }

    /**
     * None yet.
     *
     * @param inboxCapacity publishes that may wait.
     */
    public SessionsByHand(final long leaseNs, final int inboxCapacity) {
        hand = new CommandsByHand(inboxCapacity);
        sessions = new Sessions(() -> nowNs, leaseNs);
        sessionCommands = new SessionCommands(sessions, () -> {});
    }

    public HandDriven core() {
        return hand.core();
    }

    public Sessions sessions() {
        return sessions;
    }

    public SessionCommands sessionCommands() {
        return sessionCommands;
    }

    public Commands commands() {
        return hand.commands();
    }

    public CommandsByHand hand() {
        return hand;
    }

    public long nowNs() {
        return nowNs;
    }

    public void advance(final long ns) {
        nowNs += ns;
    }

    /** Appends events as the server does, or as callers if their source says so. */
    public void append(final EventBuilder... events) {
        hand.append(events);
    }

    /** Creates a session. */
    public void create(final String id, final String driver) {
        append(
                SessionEvents.make(
                        SessionEvents.CREATED,
                        id,
                        "{\"task\":\"t\",\"driver\":\"" + driver + "\"}"));
    }

    /** Gives a command about a session and lets everybody work until it is answered. */
    public Outcome ask(final String id, final SessionCommands.Rule rule) {
        return hand.ask(sessionCommands.about(id, rule));
    }

    /** Lets query thread and sequencer work. */
    public void work() {
        hand.work();
    }

    /** How many events of a type there are about a session; about all for null. */
    public long count(final @Nullable String id, final String type) {
        final EventQuery query = id == null ? EventQuery.ALL : SessionEvents.about(id);
        return hand.count(query.where(IndexField.TYPE, type));
    }

    /** All events as they stand in the journal, one behind the other. */
    public String journaled() {
        return hand.journaled();
    }

    /** Types of all events in the journal. */
    public List<String> types() {
        return hand.types();
    }

    @Override
    public void close() {
        hand.close();
    }
}

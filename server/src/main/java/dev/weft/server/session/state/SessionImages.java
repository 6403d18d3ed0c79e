package dev.weft.server.session.state;

import dev.weft.server.index.EventReads;
import dev.weft.server.record.RecordView;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes images of sessions: reads the events that the table points at. Thread: query. */
public final class SessionImages {
    private final RecordView view = new RecordView();

    /** What is in the table, with what is in the journal about it. */
    public SessionImage of(final SessionState session, final EventReads reads) {
        ObjectNode wish = null;
        long createdUs = 0;
        if (reads.at(session.anchorSequence())) {
            view.wrap(reads.block(), reads.index());
            if (isCarried(session)) {
                final CarriedSession carried = CarriedSession.read(view.dataBytes());
                wish = carried == null ? null : carried.wish();
                createdUs = carried == null ? 0 : carried.createdUs();
            } else {
                wish = object(view.dataBytes());
                createdUs = view.timestampUs();
            }
        }
        ObjectNode end = null;
        long endedUs = 0;
        if (session.endSequence() > 0 && reads.at(session.endSequence())) {
            view.wrap(reads.block(), reads.index());
            end = object(view.dataBytes());
            endedUs = view.timestampUs();
        }
        return new SessionImage(
                session.id(),
                session.phase().status(),
                wish,
                session.worker(),
                createdUs,
                endedUs,
                end);
    }

    /** A session that the server did not make: there are events about it, that is all. */
    public static SessionImage ofUnknown(final String id) {
        return new SessionImage(id, Phase.UNKNOWN.status(), null, null, 0, 0, null);
    }

    /** What a session was created with, as JSON; null if the event cannot be read. */
    public @Nullable String wish(final SessionState session, final EventReads reads) {
        if (!reads.at(session.anchorSequence())) {
            return null;
        }
        final byte[] data = view.wrap(reads.block(), reads.index()).dataBytes();
        if (!isCarried(session)) {
            return new String(data, StandardCharsets.UTF_8);
        }
        final CarriedSession carried = CarriedSession.read(data);
        return carried == null ? null : carried.wish().toString();
    }

    /** Data of the event that carries a session on as it is. */
    public String carried(final SessionState session, final EventReads reads) {
        return CarriedSession.write(session, of(session, reads));
    }

    private static boolean isCarried(final SessionState session) {
        return session.anchorSequence() != session.createdSequence();
    }

    private static @Nullable ObjectNode object(final byte[] json) {
        try {
            return json.length > 0
                            && JsonMapper.shared().readTree(json) instanceof ObjectNode object
                    ? object
                    : null;
        } catch (final JacksonException ex) {
            return null; // by a server that was no JSON; it cannot be
        }
    }
}

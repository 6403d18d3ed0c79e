package dev.weft.server.session.state;

import dev.weft.protocol.Problem;
import dev.weft.server.fold.Folded;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.query.Refusals;
import dev.weft.server.sequencer.Precondition;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The table of sessions with the rules that all commands share. One object serves all; thread:
 * query.
 */
public final class Sessions {
    private final Folded<SessionTable> folded;
    private final SessionImages images = new SessionImages();

    /** Makes it; see {@link SessionTable}. */
    public Sessions(final LongSupplier clockNs, final long leaseNs) {
        folded = new Folded<>(new SessionTable(clockNs, leaseNs));
    }

    /**
     * The table with everything up to a sequence in it; null to be asked again in the next turn.
     *
     * @throws ProblemException 501 if there is no index, and so no sessions.
     */
    public @Nullable SessionTable upTo(final EventIndex index, final long head) {
        if (index.isOff()) {
            throw new ProblemException(Refusals.NO_INDEX);
        }
        return folded.upTo(index, head);
    }

    /** Newest sequence that the table takes into account. */
    public long asOf() {
        return folded.asOf();
    }

    public SessionImages images() {
        return images;
    }

    /** A change of a session, decided by the table as it is. */
    public Precondition change(final String id) {
        return Precondition.change(SessionEvents.subject(id), asOf());
    }

    /** A change of a session that was decided by its runs, too. */
    public Precondition changeWithRuns(final String id) {
        return Precondition.changeUnder(runs(id), SessionEvents.subject(id), asOf());
    }

    /** Something that needs a session to stay as it is, and leaves it so. */
    public Precondition unchanged(final String id) {
        return Precondition.unchanged(SessionEvents.subject(id), asOf());
    }

    /** One more run of a session that stays as it is; several may be asked for at once. */
    public Precondition moreRuns(final String id) {
        return Precondition.shareUnder(SessionEvents.subject(id), runs(id), asOf());
    }

    /** A change of the runs of a session that stays as it is: of two, one is first. */
    public Precondition changeOfRuns(final String id) {
        return Precondition.changeUnder(SessionEvents.subject(id), runs(id), asOf());
    }

    private static String runs(final String id) {
        return "runs/" + SessionEvents.subject(id);
    }

    /**
     * The session of an id.
     *
     * @param about every event about it, up to the sequence that the table takes into account.
     * @return null if the server never made one, but there are events about it.
     * @throws ProblemException 404 if there is nothing.
     */
    public static @Nullable SessionState find(
            final SessionTable table,
            final EventIndex index,
            final EventQuery about,
            final String id) {
        final SessionState session = table.get(id);
        if (session != null) {
            return session;
        }
        final EventQuery deleted = about.where(IndexField.TYPE, SessionEvents.DELETED);
        if (index.select(about).count() == 0 || index.select(deleted).count() > 0) {
            throw notFound(id);
        }
        return null;
    }

    /** Phase of what {@link #find} found. */
    public static Phase phase(final @Nullable SessionState session) {
        return session == null ? Phase.UNKNOWN : session.phase();
    }

    /** What {@link #find} found, as callers see it. */
    public SessionImage image(
            final @Nullable SessionState session, final EventIndex index, final String id) {
        return session == null ? SessionImages.ofUnknown(id) : images.of(session, index.reads());
    }

    public static ProblemException notFound(final String id) {
        return new ProblemException(new Problem(404, "Session not found: " + id));
    }

    /** The sessions with a worker that was not heard of for too long. */
    public static List<SessionState> overdue(final SessionTable table) {
        return table.leased().stream().filter(table::isOverdue).toList();
    }
}

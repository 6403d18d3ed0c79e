package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.fanout.Term;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.record.Uuids;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which session is asked for: a UUID or a DNS label. Immutable.
 *
 * @param asked as it stands in the path.
 */
record SessionId(String asked) {
    private static final String KIND = "session/";
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private static final String RULE =
            "must be a UUID, or a DNS label such as build-7 (at most 63 of a-z, 0-9 and -)";
    private static final Problem INVALID =
            new Problem(400, "Invalid session ID").with("rule", RULE);

    /**
     * Reads it.
     *
     * @throws ProblemException 400 if it can be no session's id.
     */
    static SessionId parse(final String text) {
        if (!isId(text)) {
            throw new ProblemException(new Problem(400, "session_id " + RULE));
        }
        return new SessionId(text);
    }

    /**
     * Reads it for what changes a session, or shows one as a whole.
     *
     * @throws ProblemException 400 with the text that clients of these know.
     */
    static SessionId ofResource(final String text) {
        if (!isId(text)) {
            throw new ProblemException(INVALID);
        }
        return new SessionId(text);
    }

    /**
     * Reads one that a caller brings for a new session.
     *
     * @throws ProblemException 400.
     */
    static SessionId ofBody(final String text) {
        if (!isId(text)) {
            throw new ProblemException(new Problem(400, "id: " + RULE));
        }
        return new SessionId(text);
    }

    /** Whether a text can be a session's id. */
    static boolean isId(final String text) {
        return Uuids.isUuid(text) || LABEL.matcher(text).matches();
    }

    /** Everything that there is about it. */
    EventQuery about() {
        return EventQuery.ALL.where(
                IndexField.SUBJECT, subjects().stream().map(Term::exact).toList());
    }

    /** As it stands in items: a UUID in small letters. */
    String text() {
        return asked.toLowerCase(Locale.ROOT);
    }

    /** Subjects of its events: as asked for, and in small letters. */
    Set<String> subjects() {
        final Set<String> subjects = new TreeSet<>();
        subjects.add(KIND + text());
        subjects.add(KIND + asked);
        return subjects;
    }
}

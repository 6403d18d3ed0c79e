package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
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

    /**
     * Reads it.
     *
     * @throws ProblemException 400 if it can be no session's id.
     */
    static SessionId parse(final String text) {
        if (!Uuids.isUuid(text) && !LABEL.matcher(text).matches()) {
            throw new ProblemException(
                    new Problem(
                            400,
                            "session_id must be a UUID, or a DNS label such as build-7 (at most 63 of a-z, 0-9 and -)"));
        }
        return new SessionId(text);
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

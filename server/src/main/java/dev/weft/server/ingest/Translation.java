package dev.weft.server.ingest;

/**
 * Another form in which a surface lets single events be published. Stateless; thread: the loop of
 * the request.
 */
@FunctionalInterface
public interface Translation {
    /**
     * Reads a body.
     *
     * @throws dev.weft.server.http.ProblemException if it breaks a rule of the surface.
     */
    Translated translate(byte[] body);

    /** What a body says. For one request. */
    interface Translated {
        /** One event in UTF-8, as {@code POST /events} takes it. */
        byte[] event();

        /** JSON that the publisher gets when it is appended. */
        CharSequence answer(Appended appended);
    }

    /**
     * What the event became.
     *
     * @param id as it stands in the frame.
     * @param timestampUs time of the append, microseconds since the epoch.
     */
    record Appended(long sequence, String id, long timestampUs) {}
}

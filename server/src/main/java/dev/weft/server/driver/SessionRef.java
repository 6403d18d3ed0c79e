package dev.weft.server.driver;

/**
 * One start of a session: what a driver has to do with. Immutable.
 *
 * @param id without the kind; its events are about {@code session/<id>}.
 * @param startSequence sequence of the event that started it; tells this start from an earlier one
 *     of the same session, whose late news change nothing any more.
 * @param driver name of the driver, such as that of a configured command.
 * @param wish data of its {@code session.created}, a JSON object: task, model and so on.
 */
public record SessionRef(String id, long startSequence, String driver, String wish) {
    /** What its events are about. */
    public String subject() {
        return "session/" + id;
    }

    /** Whether another is about the same session. */
    public boolean isOf(final SessionRef other) {
        return id.equals(other.id);
    }

    @Override
    public String toString() {
        return subject() + '@' + startSequence + " driver=" + driver;
    }
}

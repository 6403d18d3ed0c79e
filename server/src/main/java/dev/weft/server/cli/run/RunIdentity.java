package dev.weft.server.cli.run;

/**
 * What the events of one run have in common.
 *
 * @param run a UUID of its own; run id of all its events, and its step's id.
 * @param job the job's id; the events' subject is {@code job/<id>}.
 * @param ownsJob whether the job begins and ends with this run; if not, it is one step of it.
 */
record RunIdentity(String run, String job, boolean ownsJob) {
    /** The id of an event, by its number from 1; sending one again is harmless. */
    static final char NUMBER_MARK = '/';

    String step() {
        return run;
    }

    String subject() {
        return "job/" + job;
    }
}

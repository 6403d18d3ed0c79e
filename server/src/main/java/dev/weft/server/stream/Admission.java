package dev.weft.server.stream;

/** What becomes of a stream that is asked for. */
enum Admission {
    /** It is open. */
    OPENED,
    /** Many came at once: it is opened when it is its turn. */
    WAITING,
    /** There is no slot, or too many wait already. */
    REFUSED
}

package dev.weft.server.stream.facts;

/** Where a subscriber is on its way. */
public enum SubscriberState {
    /** Behind the fan-out: fed from ring or journal, one bounded chunk at a time. */
    CATCHING_UP,
    /** Member of a group. */
    LIVE,
    /** Gone. */
    CLOSED
}

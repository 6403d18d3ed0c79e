package dev.weft.server.door;

/** The connection of a publisher to the bell. Called by the door's thread; must not block. */
interface Visitor {
    /** It has a slot: from now on what it offers is its. */
    void welcome(int slot, long generation);

    /** It has none, or no more: the connection ends. */
    void dismiss();
}

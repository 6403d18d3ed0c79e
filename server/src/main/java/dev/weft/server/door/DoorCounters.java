package dev.weft.server.door;

import dev.weft.server.counters.Counter;

/** What came in through the door. One writer, the door's thread; read by any. */
public final class DoorCounters {
    /** 1 while there is a file that publishers can use. */
    public final Counter open = new Counter();

    /** Publishers that have a slot now. */
    public final Counter publishers = new Counter();

    /** Events handed to the sequencer. */
    public final Counter events = new Counter();

    /** Their bytes as they were offered, those of refused ones too. */
    public final Counter bytes = new Counter();

    /** Events that broke a rule. */
    public final Counter refused = new Counter();

    /** Places in the ring whose publisher died before it had written its event. */
    public final Counter abandoned = new Counter();

    /** Times the door had to be made anew. */
    public final Counter remade = new Counter();

    /** Times it fell asleep, to be woken by a bell. */
    public final Counter sleeps = new Counter();
}

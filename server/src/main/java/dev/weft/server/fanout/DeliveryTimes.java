package dev.weft.server.fanout;

/**
 * Takes how long events were on their way from their {@code ts} to the sockets. Thread: the I/O
 * loop.
 */
@FunctionalInterface
public interface DeliveryTimes {
    /**
     * Called once per duty cycle that delivered something, with the time of its oldest event.
     *
     * @param latencyNs from the event's time to after the last write.
     */
    void onDelivered(long latencyNs);
}

package dev.weft.server.stream.subscription;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;

/** What a request asks for: where to begin, which events, how much of them, in which form. */
public record Subscription(Start start, Filter filter, Framing framing, Policy policy) {
    /** For everything that the filter lets pass. */
    public Subscription(final Start start, final Filter filter, final Framing framing) {
        this(start, filter, framing, Policy.ALL);
    }
}

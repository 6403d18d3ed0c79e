package dev.weft.server.stream;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;

/** What a client asked for. */
record Subscription(Start start, Filter filter, Framing framing) {}

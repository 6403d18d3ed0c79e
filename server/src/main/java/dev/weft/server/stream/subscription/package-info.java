/**
 * What somebody asks for who wants events: filter, framing, start and policy. In: the query and the
 * headers of a request. Out: a {@link dev.weft.server.stream.subscription.Subscription}, or a
 * problem that names the parameter. Pure code, on the thread of whoever asks.
 */
@NullMarked
package dev.weft.server.stream.subscription;

import org.jspecify.annotations.NullMarked;

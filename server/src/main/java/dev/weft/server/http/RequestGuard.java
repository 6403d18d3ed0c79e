package dev.weft.server.http;

import dev.weft.protocol.Problem;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Decides by its headers whether a request may reach its route. Thread: any event loop; stateless.
 */
@FunctionalInterface
public interface RequestGuard {
    /** Lets everything pass. */
    RequestGuard OPEN = headers -> null;

    /** Why the request is refused, null if it may go on. */
    @Nullable Problem check(HttpHeaders headers);
}

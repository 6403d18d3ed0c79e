package dev.weft.server.http;

/** What answers one method and path. Stateless or owned by the I/O thread it was made for. */
@FunctionalInterface
public interface Route {
    /**
     * Called when the head of a request is there, authorised and matched. The body, if any, comes
     * through {@link Exchange#onBody}. Thread: the exchange's event loop; it must not block.
     */
    void handle(Exchange exchange);
}

package dev.weft.server.stream.facts;

/** Why a subscriber changed its {@link SubscriberState}. */
public enum Transition {
    /** It is new. */
    SUBSCRIBED,
    /** It has all that the fan-out has handed out. */
    CAUGHT_UP,
    /** Its socket takes no more for now. */
    NOT_WRITABLE,
    /** The ring's writer overtook the I/O loop. */
    LAPPED,
    /** The client closed the connection, or it broke. */
    CLIENT_GONE,
    /** It has got the last event that its filter wants. */
    ENDED,
    /** The server stops. */
    DRAINED,
    /** The client ended its WebSocket, or broke its rules. */
    WEBSOCKET_CLOSED,
    /** The journal could not be read. */
    REPLAY_FAILED,
    /** It took nothing for long while the bytes that it holds were wanted by others. */
    STALLED,
    /** A batch could not be made or written, as when no buffer is left. */
    DELIVERY_FAILED,
    /** The client sends where it has nothing to say. */
    INBOUND_FLOOD
}

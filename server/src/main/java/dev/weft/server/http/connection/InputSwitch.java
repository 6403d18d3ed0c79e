package dev.weft.server.http.connection;

import io.netty.channel.Channel;

/**
 * Starts and stops reading from a socket, as long as the client sends. Netty 4.2.18 takes a socket
 * out of its epoll set for good when reading is stopped and the client has closed its side, hence
 * never again from then on; what is left to read is in the socket's buffer, so it is bounded.
 * Thread: the channel's event loop.
 */
final class InputSwitch {
    private final Transport transport;
    private boolean isEnding; // the client closed its side; what it sent before may still be unread

    InputSwitch(final Transport transport) {
        this.transport = transport;
    }

    void read(final Channel channel, final boolean wanted) {
        if (!isEnding) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** Bytes came. Although nothing was to be read, they mean that the client closed its side. */
    void onBurst(final Channel channel) {
        if (!isEnding && !channel.config().isAutoRead() && transport.readsAtHangUp()) {
            read(channel, true);
            isEnding = true;
        }
    }

    /** The client has closed its side. */
    void onEnding() {
        isEnding = true;
    }
}

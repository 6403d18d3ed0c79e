package dev.weft.bench.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/**
 * Addresses of this host that connections come from, in turn. A port stays taken for a minute after
 * the client closed its connection, so one address has 28,000 connections a minute and searches
 * longer and longer for the last of them. One thread.
 */
public final class SourceAddresses {
    private static final int COUNT = 250;

    private final SocketAddress[] addresses = new SocketAddress[COUNT];
    private int next;

    /**
     * Makes the addresses {@code 127.x.y.1} to {@code 127.x.y.250}.
     *
     * @param network {@code 127.x.y}; another one for each process.
     */
    public SourceAddresses(final String network) throws UnknownHostException {
        for (int i = 0; i < COUNT; i++) {
            addresses[i] = new InetSocketAddress(InetAddress.getByName(network + '.' + (i + 1)), 0);
        }
    }

    /** Any port of the next address. */
    public SocketAddress next() {
        final SocketAddress address = addresses[next];
        next = (next + 1) % COUNT;
        return address;
    }
}

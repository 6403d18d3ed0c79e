package dev.weft.server.http.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The transport that a server takes.
 *
 * @param passedOver those that would have been better but do not work here, each with the reason.
 */
public record TransportSelection(Transport transport, List<String> passedOver) {
    /** Fastest first, by measurement (ADR 0052). */
    private static final List<Transport> PREFERENCE =
            List.of(Transport.EPOLL, Transport.IO_URING, Transport.NIO);

    public TransportSelection {
        passedOver = List.copyOf(passedOver);
    }

    /** The best one that works here. */
    public static TransportSelection best() {
        return best(PREFERENCE, Transport::unavailability);
    }

    /**
     * This one and no other.
     *
     * @throws IllegalStateException if it does not work here, with the reason.
     */
    public static TransportSelection forced(final Transport transport) {
        return forced(transport, Transport::unavailability);
    }

    static TransportSelection best(
            final List<Transport> preference,
            final Function<Transport, @Nullable String> unavailability) {
        final List<String> passedOver = new ArrayList<>();
        for (final Transport transport : preference) {
            final String reason = unavailability.apply(transport);
            if (reason == null) {
                return new TransportSelection(transport, passedOver);
            }
            passedOver.add(transport + " is not available: " + reason);
        }
        throw new IllegalStateException("no transport works here: " + passedOver);
    }

    static TransportSelection forced(
            final Transport transport, final Function<Transport, @Nullable String> unavailability) {
        final String reason = unavailability.apply(transport);
        if (reason != null) {
            throw new IllegalStateException(
                    "the transport " + transport + " is not available: " + reason);
        }
        return new TransportSelection(transport, List.of());
    }
}

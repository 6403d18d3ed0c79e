package dev.weft.server.harness;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.server.http.connection.Transport;

/** Transports of tests. */
public final class Transports {
    private Transports() {}

    /** The same one; the test is skipped, and says why, if it does not work here. */
    public static Transport assumed(final Transport transport) {
        assumeThat(transport.unavailability())
                .as(() -> transport + " is not available: " + transport.unavailability())
                .isNull();
        return transport;
    }
}

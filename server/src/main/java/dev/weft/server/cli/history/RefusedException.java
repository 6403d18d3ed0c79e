package dev.weft.server.cli.history;

import java.io.IOException;

/** The server said no; the message says why. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(final String message) {
        super(message);
    }
}

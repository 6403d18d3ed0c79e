package dev.weft.server.index.segment;

import java.io.IOException;

/** A segment's file that cannot be used; it is made again from the journal. */
public final class DamagedSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedSegmentException(final String message) {
        super(message);
    }
}

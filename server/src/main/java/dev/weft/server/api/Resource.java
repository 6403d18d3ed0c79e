package dev.weft.server.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Files of the class path. */
final class Resource {
    private Resource() {}

    /**
     * All bytes of a file.
     *
     * @param path from the root of the class path, with a leading slash.
     * @throws IllegalStateException if there is none: then the archive is broken.
     */
    static byte[] read(final String path) {
        try (InputStream in = Resource.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("missing in the archive: " + path);
            }
            return in.readAllBytes();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}

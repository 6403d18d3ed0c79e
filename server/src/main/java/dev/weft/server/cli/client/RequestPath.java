package dev.weft.server.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Path and query of a request, as they are put together. */
public final class RequestPath {
    private final StringBuilder text;
    private boolean hasQuery;

    public RequestPath(final String path) {
        text = new StringBuilder(path);
    }

    /** Adds a parameter; null is none. */
    public RequestPath add(final String name, final @Nullable Object value) {
        if (value != null) {
            text.append(hasQuery ? '&' : '?')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
            hasQuery = true;
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

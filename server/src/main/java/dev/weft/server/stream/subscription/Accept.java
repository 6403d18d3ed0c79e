package dev.weft.server.stream.subscription;

import java.util.List;
import java.util.Locale;

/**
 * What a request's Accept header lines say about a media type (RFC 9110, 12.5.1), without
 * wildcards.
 */
public final class Accept {
    public static final String EVENT_STREAM = "text/event-stream";
    public static final String NDJSON = "application/x-ndjson";
    public static final String JSON = "application/json";

    private Accept() {}

    /** Quality by which a type is named, 0 if it is not named or refused. */
    public static double quality(final List<String> headers, final String mediaType) {
        double best = 0;
        for (final String header : headers) {
            for (final String element : header.split(",", -1)) {
                final String[] parts = element.split(";", -1);
                if (parts[0].strip().toLowerCase(Locale.ROOT).equals(mediaType)) {
                    best = Math.max(best, quality(parts));
                }
            }
        }
        return best;
    }

    private static double quality(final String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            final String parameter = parts[i].strip();
            if (parameter.startsWith("q=") || parameter.startsWith("Q=")) {
                try {
                    return Math.min(1, Math.max(0, Double.parseDouble(parameter.substring(2))));
                } catch (final NumberFormatException ex) {
                    return 0;
                }
            }
        }
        return 1;
    }
}

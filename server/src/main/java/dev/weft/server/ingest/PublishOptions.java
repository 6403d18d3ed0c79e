package dev.weft.server.ingest;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a publish asks for: form of the body, form of the answer, durability. Reused for
 * every request of a loop.
 *
 * <p>A missing content type is taken for JSON, and so is {@code application/x-www-form-urlencoded}
 * when the body begins like an object or an array: that is what {@code curl -d} sends, and the
 * fields of a form never begin so. A browser lets pages of any origin send both without asking
 * first; such requests do not come this far, because {@link
 * dev.weft.server.http.connection.OriginRules} refuses foreign origins.
 */
final class PublishOptions {
    private static final AsciiString DURABILITY = AsciiString.cached("weft-durability");
    private static final AsciiString PREFER = AsciiString.cached("prefer");
    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String DURABILITY_PARAMETER = "durability";
    private static final Problem CONTENT_TYPE =
            new Problem(
                    415,
                    "Content-Type must be application/json, or application/x-ndjson for one event per line, in UTF-8");
    private static final Problem CONTENT_ENCODING =
            new Problem(415, "Content-Encoding must be absent: compressed bodies are not taken");
    private static final Problem DURABILITY_VALUE =
            new Problem(400, "durability must be journaled or durable");
    private static final Problem DURABILITY_TWICE =
            new Problem(
                    400,
                    "durability is asked for twice, and not the same: query and header Weft-Durability");

    private static final Problem DURABILITY_TWICE_IN_QUERY =
            new Problem(400, "query: durability stands twice, and not the same");

    private boolean lines;
    private boolean form;
    private boolean minimal;
    private boolean durable;
    private long contentLength;

    /** Reads the head; null if it is fine, else why it is refused. */
    @Nullable Problem read(final Exchange exchange, final boolean durableByDefault) {
        final HttpHeaders headers = exchange.headers();
        final String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            return CONTENT_ENCODING;
        }
        if (!readContentType(headers.get(HttpHeaderNames.CONTENT_TYPE))) {
            return CONTENT_TYPE;
        }
        final String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        contentLength =
                length == null ? -1 : Long.parseLong(length.trim()); // checked by the decoder
        minimal = prefersMinimal(headers);
        return readDurability(exchange, durableByDefault);
    }

    /** Whether the body is NDJSON. */
    boolean isLines() {
        return lines;
    }

    /** Whether the body claims to be a form, and so has to begin like JSON. */
    boolean isForm() {
        return form;
    }

    boolean isMinimal() {
        return minimal;
    }

    boolean isDurable() {
        return durable;
    }

    /** Announced length of the body, -1 if there is none. */
    long contentLength() {
        return contentLength;
    }

    private boolean readContentType(final @Nullable String value) {
        lines = false;
        form = false;
        if (value == null || value.isEmpty() || value.equals(JSON)) {
            return true;
        }
        final int semicolon = value.indexOf(';');
        final String type =
                (semicolon < 0 ? value : value.substring(0, semicolon))
                        .trim()
                        .toLowerCase(Locale.ROOT);
        if (semicolon >= 0 && !isUtf8(value.substring(semicolon + 1).toLowerCase(Locale.ROOT))) {
            return false;
        }
        lines = type.equals("application/x-ndjson") || type.equals("application/jsonl");
        form = type.equals(FORM);
        return lines
                || form
                || type.equals(JSON)
                || (type.startsWith("application/") && type.endsWith("+json"));
    }

    private static boolean isUtf8(final String parameters) {
        for (final String parameter : parameters.split(";", -1)) {
            final String text = parameter.trim();
            if (text.startsWith("charset=")) {
                final String charset = text.substring("charset=".length()).replace("\"", "").trim();
                if (!charset.equals("utf-8")
                        && !charset.equals("utf8")
                        && !charset.equals("us-ascii")) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean prefersMinimal(final HttpHeaders headers) {
        if (!headers.contains(PREFER)) {
            return false;
        }
        for (final String line : headers.getAll(PREFER)) {
            for (final String preference : line.split(",", -1)) {
                if (isMinimal(preference)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A preference may have parameters behind it, none of which changes this one. */
    private static boolean isMinimal(final String preference) {
        final int semicolon = preference.indexOf(';');
        final String text = semicolon < 0 ? preference : preference.substring(0, semicolon);
        return text.replace(" ", "").equalsIgnoreCase("return=minimal");
    }

    private @Nullable Problem readDurability(
            final Exchange exchange, final boolean durableByDefault) {
        final String header = exchange.headers().get(DURABILITY);
        final QueryParameters parameters = exchange.query();
        durable = durableByDefault;
        if (parameters.isEmpty() && header == null) {
            return null;
        }
        final List<String> query = parameters.all(DURABILITY_PARAMETER);
        if (query.size() != parameters.size()) {
            return unknown(parameters);
        }
        final String asked = header == null ? query.get(0) : header;
        for (final String other : query) {
            if (!other.equals(asked)) {
                return header == null ? DURABILITY_TWICE_IN_QUERY : DURABILITY_TWICE;
            }
        }
        durable = asked.equals(Answers.DURABLE);
        return durable || asked.equals(Answers.JOURNALED) ? null : DURABILITY_VALUE;
    }

    /** A mistyped name must not pass: who asks for durable would be told 200 without it. */
    private static Problem unknown(final QueryParameters parameters) {
        final Set<String> names = new TreeSet<>(parameters.names());
        names.remove(DURABILITY_PARAMETER);
        return new Problem(
                400,
                "query: a publish takes durability only; unknown: " + String.join(", ", names));
    }
}

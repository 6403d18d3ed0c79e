package dev.weft.server.stream.subscription;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.http.QueryParameters;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;

/**
 * Reads from a request in which framing it wants its events: server-sent events, lines or messages
 * by how it came, envelope or payload and event lines by the query. Stateless; any thread.
 */
public final class FramingWish {
    private static final String NAMED = "event_names";
    private static final String DATA = "data";

    /** Parameters that it reads. */
    static final Set<String> NAMES = Set.of(NAMED, DATA);

    /** Default of most streams: {@code data} is the envelope, there are no event lines. */
    static final boolean ENVELOPE = false;

    /** Default of the others: {@code data} is the payload, and there are event lines. */
    public static final boolean PAYLOAD = true;

    private FramingWish() {}

    /**
     * Reads it.
     *
     * @param isPayloadDefault what the query need not say, {@link #ENVELOPE} or {@link #PAYLOAD}.
     * @throws dev.weft.server.http.ProblemException 400 with the parameter and the rule it breaks.
     */
    public static Framing of(
            final QueryParameters query,
            final HttpHeaders headers,
            final boolean webSocket,
            final boolean isPayloadDefault) {
        final String data = query.one(DATA);
        if (data != null && !data.equals("payload") && !data.equals("envelope")) {
            throw FilterParser.refused(DATA, "must be payload or envelope");
        }
        final boolean isPayload = data == null ? isPayloadDefault : data.equals("payload");
        final String named = query.one(NAMED);
        if (named != null && !named.equals("true") && !named.equals("false")) {
            throw FilterParser.refused(NAMED, "must be true or false");
        }
        if (webSocket || isLines(headers)) {
            if ("true".equals(named)) {
                throw FilterParser.refused(NAMED, "only text/event-stream has event lines");
            }
            return webSocket
                    ? isPayload ? Framing.WEBSOCKET_PAYLOAD : Framing.WEBSOCKET
                    : isPayload ? Framing.NDJSON_PAYLOAD : Framing.NDJSON;
        }
        final boolean isNamed = named == null ? isPayloadDefault : named.equals("true");
        return isPayload
                ? isNamed ? Framing.SSE_PAYLOAD_NAMED : Framing.SSE_PAYLOAD
                : isNamed ? Framing.SSE_NAMED : Framing.SSE;
    }

    private static boolean isLines(final HttpHeaders headers) {
        final List<String> accept = headers.getAll("Accept");
        return Accept.quality(accept, Accept.NDJSON) > Accept.quality(accept, Accept.EVENT_STREAM);
    }
}

package dev.weft.protocol.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a stream says about itself, between events. Control frames carry no {@code id:}, so a
 * client's position survives them. Source: docs/PROTOCOL.md, "Control frames". Rare, hence built
 * from text.
 */
public final class ControlFrames {
    /** {@code reason} of a reset: the position lies beyond the newest event. */
    public static final String FUTURE = "future";

    /** {@code reason} of a reset: the position is no sequence. */
    public static final String INVALID = "invalid";

    private ControlFrames() {}

    /**
     * Sequences {@code from} to {@code to} cannot be had any more; {@code oldest} is the first that
     * can.
     */
    public static byte[] gap(
            final Framing framing, final long from, final long to, final long oldest) {
        if (framing == Framing.SSE_AGUI) {
            return runError("WEFT_GAP", "events " + from + " to " + to + " cannot be had any more");
        }
        return frame(
                framing,
                "weft.gap",
                "{\"from\":" + from + ",\"to\":" + to + ",\"oldest\":" + oldest + "}");
    }

    /**
     * The asked position made no sense: the stream goes on after {@code head}.
     *
     * @param reason {@link #FUTURE} or {@link #INVALID}.
     */
    public static byte[] reset(final Framing framing, final String reason, final long head) {
        return frame(
                framing, "weft.reset", "{\"reason\":\"" + reason + "\",\"head\":" + head + "}");
    }

    /**
     * The last frame of a stream that ends by itself: nothing will follow.
     *
     * @param name of the frame, no type that an event may have.
     * @param value JSON on one line.
     */
    public static byte[] end(final Framing framing, final String name, final String value) {
        return frame(framing, name, value);
    }

    /**
     * The last frame of a stream that ends because the server stops; empty in the framings whose
     * end says it.
     */
    public static byte[] stop(final Framing framing, final int delayMs) {
        return framing == Framing.SSE_AGUI
                ? runError("WEFT_STOPS", "the server stops: ask for the same run again")
                : retry(framing, delayMs);
    }

    /** When to come back; empty in the framings that have no such line. */
    public static byte[] retry(final Framing framing, final int delayMs) {
        return framing.isSse() ? ("retry: " + delayMs + "\n\n").getBytes(US_ASCII) : new byte[0];
    }

    /** What is sent on an idle stream. */
    public static byte[] keepAlive(final Framing framing) {
        if (framing.isWebSocket()) {
            return new byte[] {(byte) 0x89, 0}; // a ping without payload
        }
        return (framing.isSse() ? ":\n\n" : "\n").getBytes(US_ASCII);
    }

    private static byte[] frame(final Framing framing, final String name, final String value) {
        if (framing.isSse()) {
            return ("event: " + name + "\ndata: " + value + "\n\n").getBytes(UTF_8);
        }
        final String object =
                framing.isPayload()
                        ? "{\"event\":\"" + name + "\",\"data\":" + value + "}"
                        : "{\"" + name + "\":" + value + "}";
        return framing.isWebSocket() ? message(object) : (object + "\n").getBytes(UTF_8);
    }

    /** What clients of AG-UI take for the end of a run. */
    private static byte[] runError(final String code, final String message) {
        return ("data: {\"type\":\"RUN_ERROR\",\"message\":\""
                        + message
                        + "\",\"code\":\""
                        + code
                        + "\"}\n\n")
                .getBytes(UTF_8);
    }

    private static byte[] message(final String text) {
        final byte[] payload = text.getBytes(UTF_8);
        final int headerLength = Framing.webSocketHeaderLength(payload.length);
        final byte[] message = new byte[headerLength + payload.length];
        Framing.putWebSocketHeader(new UnsafeBuffer(message), 0, payload.length);
        System.arraycopy(payload, 0, message, headerLength, payload.length);
        return message;
    }
}

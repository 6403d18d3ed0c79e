package dev.weft.bench.client;

import dev.weft.bench.server.Dialect;
import dev.weft.bench.server.EventText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The text of a publish, which is sent over and over: head and body. */
public final class PublishRequest {
    private static final byte[] MARK = EventText.NUMBER_MARK.getBytes(StandardCharsets.US_ASCII);
    private static final String PATH = "/events";
    private static final String MINIMAL = "Prefer: return=minimal\r\n";

    private final byte[] bytes;
    private final int[] numberOffsets;
    private final int eventCount;

    private PublishRequest(final byte[] bytes, final int[] numberOffsets, final int eventCount) {
        this.bytes = bytes;
        this.numberOffsets = numberOffsets;
        this.eventCount = eventCount;
    }

    /**
     * One event.
     *
     * @param minimal whether the answer is wanted without the envelope, where that can be asked.
     */
    public static PublishRequest one(final Dialect dialect, final int port, final boolean minimal) {
        return one(dialect, port, minimal ? MINIMAL : "", EventText.event(EventText.LENGTH));
    }

    /** One event for each channel of a server that needs several. */
    static List<PublishRequest> oneForEachChannel(
            final Dialect dialect, final int port, final boolean minimal) {
        if (dialect.channelCount() == 1) {
            return List.of(one(dialect, port, minimal));
        }
        return IntStream.range(0, dialect.channelCount())
                .mapToObj(
                        channel ->
                                of(
                                        dialect,
                                        port,
                                        Dialect.channel(PATH, channel),
                                        "application/json",
                                        minimal ? MINIMAL : "",
                                        EventText.event(EventText.LENGTH),
                                        1))
                .toList();
    }

    /** One event of a subject; the answer is wanted without the envelope. */
    public static PublishRequest one(final Dialect dialect, final int port, final String subject) {
        return one(dialect, port, MINIMAL, EventText.event(subject, EventText.LENGTH));
    }

    /** One event of another length, answered without the envelope. */
    public static PublishRequest sized(final Dialect dialect, final int port, final int length) {
        return one(dialect, port, MINIMAL, EventText.event(length));
    }

    private static PublishRequest one(
            final Dialect dialect, final int port, final String headers, final byte[] event) {
        return of(dialect, port, "application/json", headers, event, 1);
    }

    /** Many events, a line each. */
    public static PublishRequest lines(final Dialect dialect, final int port, final int count) {
        return of(
                dialect,
                port,
                "application/x-ndjson",
                "",
                EventText.lines(EventText.LENGTH, count),
                count);
    }

    public byte[] bytes() {
        return bytes;
    }

    /** Where numbers are to be put in, empty for a server that needs none. */
    int[] numberOffsets() {
        return numberOffsets;
    }

    /** Events in it. */
    int eventCount() {
        return eventCount;
    }

    /** Any body. */
    public static PublishRequest of(
            final Dialect dialect,
            final int port,
            final String contentType,
            final String headers,
            final byte[] body,
            final int eventCount) {
        return of(dialect, port, PATH, contentType, headers, body, eventCount);
    }

    private static PublishRequest of(
            final Dialect dialect,
            final int port,
            final String path,
            final String contentType,
            final String headers,
            final byte[] body,
            final int eventCount) {
        final byte[] head =
                ("POST "
                                + path
                                + " HTTP/1.1\r\nHost: 127.0.0.1:"
                                + port
                                + "\r\nContent-Type: "
                                + contentType
                                + "\r\n"
                                + headers
                                + "Content-Length: "
                                + body.length
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        final byte[] bytes = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, bytes, head.length, body.length);
        final int[] offsets =
                dialect.isNumberedByPublisher() ? numbers(bytes, eventCount) : new int[0];
        return new PublishRequest(bytes, offsets, eventCount);
    }

    private static int[] numbers(final byte[] bytes, final int count) {
        final int[] offsets = new int[count];
        int found = 0;
        for (int i = 0; i + MARK.length <= bytes.length && found < count; i++) {
            if (Arrays.equals(bytes, i, i + MARK.length, MARK, 0, MARK.length)) {
                offsets[found++] = i + MARK.length;
            }
        }
        return offsets;
    }
}

package dev.weft.protocol.event;

import dev.weft.protocol.frame.RecordDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** One event through the parser, for tests: its body as text, or why it was refused. */
final class Parsing {
    private static final byte GARBAGE =
            '"'; // stands around text and target: nothing may depend on it

    private Parsing() {}

    static EventParser callers() {
        return new EventParser(
                EventRules.forCallers(List.of("custom"), List.of("probe")), new EventIds(1));
    }

    /** Body as it will stand in the frame, its time still zeros. */
    static String body(final String event) {
        final byte[] record = record(callers(), event.getBytes(StandardCharsets.UTF_8));
        final int from = RecordDescriptor.LENGTH;
        return new String(record, from, record.length - from, StandardCharsets.UTF_8);
    }

    static String refusal(final String event) {
        return refusal(event.getBytes(StandardCharsets.UTF_8));
    }

    /** Status and detail of a refused event. */
    static String refusal(final byte[] event) {
        final EventParser parser = callers();
        final byte[] record = parse(parser, event);
        if (record.length > 0) {
            throw new AssertionError("accepted: " + new String(event, StandardCharsets.UTF_8));
        }
        return parser.error().toString();
    }

    static byte[] record(final EventParser parser, final byte[] event) {
        final byte[] record = parse(parser, event);
        if (record.length == 0) {
            throw new AssertionError(
                    parser.error() + ": " + new String(event, StandardCharsets.UTF_8));
        }
        return record;
    }

    /** The prepared record, empty if the event was refused. */
    static byte[] parse(final EventParser parser, final byte[] event) {
        final byte[] text = new byte[event.length + EventParser.PADDING];
        Arrays.fill(text, GARBAGE);
        System.arraycopy(event, 0, text, 0, event.length);
        final byte[] target = new byte[EventParser.recordLengthMax(event.length)];
        Arrays.fill(target, GARBAGE);
        parser.wrap(text, event.length);
        final int end = parser.parseOnly(0, target, 0);
        return end == EventParser.FAILED ? new byte[0] : Arrays.copyOf(target, end);
    }
}

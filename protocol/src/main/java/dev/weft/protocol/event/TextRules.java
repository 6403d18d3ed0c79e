package dev.weft.protocol.event;

import dev.weft.protocol.json.JsonScanner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The same rules for texts as events are held to, for who has them as strings: parameters and other
 * forms of events. Stateless; any thread; not for the way of every event.
 */
public final class TextRules {
    private TextRules() {}

    /** Whether a text can be the type of an event, also of one that the server makes. */
    public static boolean isType(final String text) {
        final byte[] bytes = bytes(text);
        return Texts.isType(bytes, 0, bytes.length - JsonScanner.PADDING);
    }

    /** Whether a text can be the type of an event that a caller publishes. */
    public static boolean isCallersType(final String text) {
        final byte[] bytes = bytes(text);
        final int length = bytes.length - JsonScanner.PADDING;
        return Texts.isType(bytes, 0, length) && !Texts.isReservedType(bytes, 0, length);
    }

    /** Whether a text can be a subject, {@code kind/id}. */
    public static boolean isSubject(final String text) {
        final byte[] bytes = bytes(text);
        return Texts.isSubject(bytes, 0, bytes.length - JsonScanner.PADDING);
    }

    /** Whether a text can be what stands before the slash of a subject. */
    public static boolean isSubjectKind(final String text) {
        return isSubject(text + "/1");
    }

    /** Whether a text can be what stands behind the slash of a subject. */
    public static boolean isSubjectId(final String text) {
        return isSubject("k/" + text);
    }

    private static byte[] bytes(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(bytes, bytes.length + JsonScanner.PADDING);
    }
}

package dev.weft.server.bridge;

import dev.weft.server.bridge.valkey.EntryId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How events name the stream that they come from, so that the journal itself knows how far it was
 * bridged: {@link #text} is the causation id of each, and its id is made of that and the entry's.
 *
 * @param text such as {@code valkey:orders}.
 */
record Origin(String text) {
    private static final int KEY_LENGTH_MAX = 48;
    private static final int HASH_LENGTH = 16;
    private static final Pattern EPOCH = Pattern.compile("[0-9a-z]{1,12}");

    /**
     * How far a stream was bridged.
     *
     * @param epoch which of the streams that had this key one after the other; empty for the first.
     */
    record Position(String epoch, EntryId entry) {
        static final Position START = new Position("", EntryId.NONE);
    }

    /** That of a key; a long one is shortened to its hash. */
    static Origin of(final String bridge, final String key) {
        final boolean isPlain =
                key.length() <= KEY_LENGTH_MAX && key.chars().allMatch(c -> c > ' ' && c != 0x7F);
        return new Origin(bridge + ':' + (isPlain ? key : '#' + hash(key)));
    }

    private static String hash(final String key) {
        try {
            final byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Arrays.copyOf(digest, HASH_LENGTH));
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java has SHA-256", ex);
        }
    }

    /** Id of the event that is made of an entry. */
    String id(final String epoch, final EntryId entry) {
        return text + (epoch.isEmpty() ? "" : '~' + epoch) + ':' + entry;
    }

    /** What the id of an event says; null if it is none of {@link #id}. */
    @Nullable Position position(final String id) {
        if (!id.startsWith(text)) {
            return null;
        }
        final int colon = id.lastIndexOf(':');
        if (colon < text.length()) {
            return null;
        }
        final String between = id.substring(text.length(), colon);
        final EntryId entry = EntryId.parse(id.substring(colon + 1));
        if (entry == null) {
            return null;
        }
        if (between.isEmpty()) {
            return new Position("", entry);
        }
        final String epoch = between.substring(1);
        return between.charAt(0) == '~' && EPOCH.matcher(epoch).matches()
                ? new Position(epoch, entry)
                : null;
    }
}

package dev.weft.server.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** Ids for surfaces whose ids are UUIDs. Stateless. */
public final class Uuids {
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** The name space of URLs (RFC 9562, 6.6). */
    private static final byte[] URL_SPACE =
            HexFormat.of().parseHex("6ba7b8119dad11d180b400c04fd430c8");

    private static final String PREFIX = "weft:";
    private static final int LENGTH = 16;

    private Uuids() {}

    /** Whether a text is a UUID in its usual form, in letters of any case. */
    public static boolean isUuid(final String text) {
        return UUID.matcher(text).matches();
    }

    /**
     * The same id in small letters if it is a UUID, else one that is made of it: version 5 in the
     * name space of URLs (RFC 9562, 5.5), the name being {@code weft:} and the id. The same id
     * gives the same UUID for ever.
     */
    public static String of(final String id) {
        return isUuid(id) ? id.toLowerCase(Locale.ROOT) : named(id);
    }

    private static String named(final String id) {
        final byte[] hash;
        try {
            final MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(URL_SPACE);
            hash = sha1.digest((PREFIX + id).getBytes(StandardCharsets.UTF_8));
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java platform has SHA-1", ex);
        }
        hash[6] = (byte) ((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte) ((hash[8] & 0x3F) | 0x80);
        final StringBuilder text = new StringBuilder(HexFormat.of().formatHex(hash, 0, LENGTH));
        return text.insert(20, '-').insert(16, '-').insert(12, '-').insert(8, '-').toString();
    }
}

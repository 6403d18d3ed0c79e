package dev.weft.server.query.page;

import dev.weft.server.stream.subscription.FilterParser;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Where the next page begins, as the opaque text that a client brings back. It pins what the first
 * page saw, so pages do not shift while events arrive. It is no secret and grants nothing: who
 * makes one up gets a page of what everybody may read.
 *
 * @param hash of the question; another question's cursor is refused.
 * @param isAscending order of the pages.
 * @param low events behind this sequence only.
 * @param high events up to this sequence only.
 * @param head newest sequence when the first page was made.
 * @param position sequence of the last event of the page before.
 */
record PageCursor(long hash, boolean isAscending, long low, long high, long head, long position) {
    static final String NAME = "cursor";

    private static final byte VERSION = 1;
    private static final int CONTENT_LENGTH = 2 + 5 * Long.BYTES;
    private static final int LENGTH = CONTENT_LENGTH + Integer.BYTES;
    private static final int TEXT_LENGTH = (LENGTH * 4 + 2) / 3;

    String encode() {
        final ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        bytes.put(VERSION).put((byte) (isAscending ? 1 : 0));
        bytes.putLong(hash).putLong(low).putLong(high).putLong(head).putLong(position);
        bytes.putInt(checksum(bytes.array()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * Reads the text.
     *
     * @throws dev.weft.server.http.ProblemException 400 if this server did not make it.
     */
    static PageCursor decode(final String text) {
        if (text.length() != TEXT_LENGTH) {
            throw garbage();
        }
        final byte[] array;
        try {
            array = Base64.getUrlDecoder().decode(text);
        } catch (final IllegalArgumentException ex) {
            throw garbage();
        }
        final ByteBuffer bytes = ByteBuffer.wrap(array);
        final byte version = bytes.get();
        final byte order = bytes.get();
        final PageCursor cursor =
                new PageCursor(
                        bytes.getLong(),
                        order == 1,
                        bytes.getLong(),
                        bytes.getLong(),
                        bytes.getLong(),
                        bytes.getLong());
        if (version != VERSION
                || bytes.getInt() != checksum(array)
                || !cursor.encode().equals(text)
                || !cursor.makesSense()) {
            throw garbage();
        }
        return cursor;
    }

    private boolean makesSense() {
        return low >= 0 && position > low && position <= high && high <= head;
    }

    private static int checksum(final byte[] bytes) {
        final CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, CONTENT_LENGTH);
        return (int) checksum.getValue();
    }

    private static RuntimeException garbage() {
        return FilterParser.refused(
                NAME, "must be the next_cursor of a page, as it was, or be left out");
    }
}

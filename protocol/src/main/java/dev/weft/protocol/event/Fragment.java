package dev.weft.protocol.event;

import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A fixed piece of the body, ready to be copied. */
final class Fragment {
    private final byte[] bytes;
    private final int length;

    Fragment(final String ascii) {
        length = ascii.length();
        bytes =
                Arrays.copyOf(
                        ascii.getBytes(StandardCharsets.US_ASCII), length + JsonScanner.PADDING);
    }

    int put(final byte[] target, final int at) {
        return Words.copy(bytes, 0, target, at, length);
    }

    int length() {
        return length;
    }
}

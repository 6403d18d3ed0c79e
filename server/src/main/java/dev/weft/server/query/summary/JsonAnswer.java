package dev.weft.server.query.summary;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object in the making. Texts are taken as they stand in a frame, where they are escaped
 * already. For one answer; one thread.
 */
final class JsonAnswer {
    private final StringBuilder json = new StringBuilder("{");
    private boolean isFirst = true; // at this place no comma is needed

    JsonAnswer name(final String name) {
        separate();
        json.append('"').append(name).append("\":");
        isFirst = true;
        return this;
    }

    JsonAnswer number(final long number) {
        separate();
        json.append(number);
        return this;
    }

    /** A text that is escaped already. */
    JsonAnswer text(final @Nullable String escaped) {
        separate();
        if (escaped == null) {
            json.append("null");
        } else {
            json.append('"').append(escaped).append('"');
        }
        return this;
    }

    JsonAnswer none() {
        return text(null);
    }

    JsonAnswer begin(final char bracket) {
        separate();
        json.append(bracket);
        isFirst = true;
        return this;
    }

    JsonAnswer end(final char bracket) {
        json.append(bracket);
        isFirst = false;
        return this;
    }

    /** Ends the object and hands it over. */
    ByteBuf take(final ByteBufAllocator allocator) {
        json.append('}');
        final ByteBuf bytes = allocator.directBuffer(ByteBufUtil.utf8MaxBytes(json.length()));
        bytes.writeCharSequence(json, UTF_8);
        return bytes;
    }

    private void separate() {
        if (!isFirst) {
            json.append(',');
        }
        isFirst = false;
    }
}

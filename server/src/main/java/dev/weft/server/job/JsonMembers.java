package dev.weft.server.job;

import dev.weft.protocol.json.JsonText;
import dev.weft.server.record.IsoTime;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** JSON in the making: objects, and members that are null when there is nothing. One thread. */
final class JsonMembers {
    private final StringBuilder json = new StringBuilder(512);
    private boolean isFirst = true; // at this place no comma is needed

    JsonMembers begin() {
        separate();
        json.append('{');
        isFirst = true;
        return this;
    }

    JsonMembers end() {
        json.append('}');
        isFirst = false;
        return this;
    }

    JsonMembers beginArray(final String name) {
        name(name).append('[');
        isFirst = true;
        return this;
    }

    JsonMembers endArray() {
        json.append(']');
        isFirst = false;
        return this;
    }

    /** A member that is an object, to be begun. */
    JsonMembers object(final String name) {
        name(name);
        isFirst = true;
        return begin();
    }

    JsonMembers text(final String name, final @Nullable CharSequence value) {
        final StringBuilder target = name(name);
        if (value == null) {
            target.append("null");
        } else {
            JsonText.quote(target, value);
        }
        return this;
    }

    JsonMembers constant(final String name, final @Nullable Enum<?> value) {
        return text(name, value == null ? null : value.name());
    }

    /** A number from 0 on; null if it is below. */
    JsonMembers number(final String name, final long value) {
        final StringBuilder target = name(name);
        if (value < 0) {
            target.append("null");
        } else {
            target.append(value);
        }
        return this;
    }

    /** A time in microseconds since the epoch; null if it is 0. */
    JsonMembers time(final String name, final long epochUs) {
        return text(
                name,
                epochUs == 0 ? null : IsoTime.append(new StringBuilder(), epochUs).append('Z'));
    }

    /** JSON that is written already. */
    JsonMembers raw(final String name, final CharSequence value) {
        name(name).append(value);
        return this;
    }

    int length() {
        return json.length();
    }

    ByteBuf take(final ByteBufAllocator allocator) {
        return ByteBufUtil.writeUtf8(allocator, json);
    }

    @Override
    public String toString() {
        return json.toString();
    }

    private StringBuilder name(final String name) {
        separate();
        return json.append('"').append(name).append("\":");
    }

    private void separate() {
        if (!isFirst) {
            json.append(',');
        }
        isFirst = false;
    }
}

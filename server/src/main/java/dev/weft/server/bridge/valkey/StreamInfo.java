package dev.weft.server.bridge.valkey;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server says about a stream.
 *
 * @param last newest id that the stream has ever given out.
 * @param isGroup whether it has the consumer group.
 * @param delivered newest id that the group has handed out.
 */
public record StreamInfo(EntryId last, boolean isGroup, EntryId delivered) {
    /** Asks for it. */
    public static StreamInfo of(
            final ValkeyConnection connection, final byte[] key, final String group) {
        final EntryId last = last(connection, key);
        if (last == null) {
            return new StreamInfo(EntryId.NONE, false, EntryId.NONE);
        }
        for (final Object each : connection.call(CommandType.XINFO, "GROUPS", key)) {
            final List<?> facts = (List<?>) each;
            if (ValkeyConnection.member(facts, "name").equals(group)) {
                return new StreamInfo(
                        last,
                        true,
                        EntryId.of(ValkeyConnection.member(facts, "last-delivered-id")));
            }
        }
        return new StreamInfo(last, false, EntryId.NONE);
    }

    /** Newest id that a stream has ever given out; null if there is no such key. */
    public static @Nullable EntryId last(final ValkeyConnection connection, final byte[] key) {
        if (Long.valueOf(0).equals(connection.call(CommandType.EXISTS, key).get(0))) {
            return null;
        }
        return EntryId.of(
                ValkeyConnection.member(
                        connection.call(CommandType.XINFO, "STREAM", key), "last-generated-id"));
    }

    /** Makes the group, and the stream if need be; what comes behind an entry is for it. */
    public void makeGroup(
            final ValkeyConnection connection,
            final byte[] key,
            final String group,
            final EntryId behind) {
        try {
            connection.call(CommandType.XGROUP, "CREATE", key, group, behind, "MKSTREAM");
        } catch (final RedisCommandExecutionException ex) {
            if (!String.valueOf(ex.getMessage()).startsWith("BUSYGROUP")) {
                throw ex;
            }
        }
    }
}

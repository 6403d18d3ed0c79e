package dev.weft.server.bridge;

import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.valkey.ValkeyClient;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import dev.weft.server.harness.RedisServer;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a test does on the other side of the bridge. One thread. */
final class ValkeySide implements AutoCloseable {
    private final ValkeyClient client;
    private @Nullable ValkeyConnection connection; // null after a break

    ValkeySide(final RedisServer server) {
        client =
                new ValkeyClient(
                        new BridgePlan.Server("127.0.0.1", server.port(), 0, false, "", ""));
    }

    private ValkeyConnection connection() {
        ValkeyConnection open = connection;
        if (open == null) {
            open = client.open();
            connection = open;
        }
        return open;
    }

    List<Object> call(final CommandType command, final Object... words) {
        return connection().call(command, words);
    }

    String add(final String key, final String id, final Object... fields) {
        return ValkeyConnection.text(call(CommandType.XADD, key, id, List.of(fields)).get(0));
    }

    /** Adds entries {@code <n>-0} until each is there, through breaks. */
    void addAll(final String key, final long from, final long to) {
        long next = from;
        while (next <= to) {
            try {
                add(key, next + "-0", "n", Long.toString(next));
                next++;
            } catch (final RedisException ex) {
                if (String.valueOf(ex.getMessage()).contains("equal or smaller")) {
                    next++; // it was there, only its answer was not
                } else {
                    reconnect();
                }
            }
        }
    }

    void reconnect() {
        final ValkeyConnection broken = connection;
        connection = null;
        if (broken != null) {
            broken.close();
        }
    }

    /** Ids of the entries of a stream. */
    List<String> ids(final String key) {
        final List<String> ids = new ArrayList<>();
        for (final Object entry : call(CommandType.XRANGE, key, "-", "+")) {
            ids.add(ValkeyConnection.text(((List<?>) entry).get(0)));
        }
        return ids;
    }

    /** Entries that the group has handed out and that are not acknowledged. */
    long pending(final String key, final String group) {
        return (Long) call(CommandType.XPENDING, key, group).get(0);
    }

    ValkeyClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
    }
}

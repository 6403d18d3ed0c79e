package dev.weft.server.bridge;

import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.fabric.OutgoingBatch;
import dev.weft.server.bridge.plan.Template;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;

/**
 * Events become messages of channels, best effort: who does not listen in that moment never sees
 * them, and around a break some may come twice. Thread: {@code weft-valkey-pub}.
 */
final class ChannelTarget implements Target {
    private static final long NOWHERE = -1;

    private final Template channel;
    private long next = NOWHERE; // sequence behind which it goes on in this process

    ChannelTarget(final Template channel) {
        this.channel = channel;
    }

    @Override
    public long begin(final ValkeyConnection connection, final Fabric fabric)
            throws FabricException {
        if (next == NOWHERE) {
            next = fabric.head();
        }
        return next;
    }

    @Override
    public int send(final ValkeyConnection connection, final List<OutgoingBatch.Event> events) {
        final List<RedisFuture<List<Object>>> answers = new ArrayList<>(events.size());
        for (final OutgoingBatch.Event event : events) {
            final EnvelopeFields fields = EnvelopeFields.of(event.envelope());
            final String name = channel.fill(fields::value);
            if (name != null) {
                answers.add(connection.send(CommandType.PUBLISH, name, event.envelope()));
            }
        }
        answers.forEach(ValkeyConnection::await);
        next = events.get(events.size() - 1).sequence();
        return answers.size();
    }
}

package dev.weft.server.bridge;

import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.fabric.OutgoingBatch;
import dev.weft.server.bridge.valkey.EntryId;
import dev.weft.server.bridge.valkey.StreamInfo;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Events become entries of a stream, each exactly once: an entry's id is the event's sequence, and
 * a stream refuses an id that is not greater than its last one. So the stream itself knows how far
 * it is, whatever this bridge or the server has forgotten. Thread: {@code weft-valkey-out}.
 */
final class StreamTarget implements Target {
    /** Stops at the first entry that the server refuses for another reason. */
    private static final String ADD =
            """
            local i = 2
            while i <= #ARGV do
              local words = {'XADD', KEYS[1]}
              if ARGV[1] ~= '0' then
                for _, word in ipairs({'MAXLEN', '~', ARGV[1]}) do table.insert(words, word) end
              end
              table.insert(words, ARGV[i])
              table.insert(words, 'type')
              table.insert(words, ARGV[i + 1])
              if ARGV[i + 2] ~= '' then
                table.insert(words, 'subject')
                table.insert(words, ARGV[i + 2])
              end
              table.insert(words, 'event')
              table.insert(words, ARGV[i + 3])
              local answer = redis.pcall(unpack(words))
              if type(answer) == 'table' and answer.err and not string.find(answer.err, 'equal or smaller', 1, true) then
                return redis.error_reply(answer.err)
              end
              i = i + 4
            end
            return 1
            """;

    /** An empty stream whose ids go on behind a sequence. */
    private static final String BEGIN =
            """
            if redis.call('EXISTS', KEYS[1]) == 0 then
              redis.call('XADD', KEYS[1], ARGV[1], 'weft', 'begin')
              redis.call('XDEL', KEYS[1], ARGV[1])
            end
            return 1
            """;

    private final String name;
    private final byte[] key;
    private final long lengthMax;
    private final boolean replay;

    StreamTarget(final String name, final long lengthMax, final boolean replay) {
        this.name = name;
        key = name.getBytes(StandardCharsets.UTF_8);
        this.lengthMax = lengthMax;
        this.replay = replay;
    }

    @Override
    public long begin(final ValkeyConnection connection, final Fabric fabric)
            throws FabricException {
        final EntryId last = StreamInfo.last(connection, key);
        final long head = fabric.head(); // after that, so that no other bridge can be ahead of it
        if (last == null) {
            if (!replay && head > 0) {
                connection.call(CommandType.EVAL, BEGIN, 1, key, new EntryId(head, 0));
                return head;
            }
            return 0;
        }
        if (last.number() != 0 || Long.compareUnsigned(last.milliseconds(), head) > 0) {
            throw new FabricException(
                    "the stream "
                            + name
                            + " has entries that are not of this journal: its last id is "
                            + last
                            + ", the newest event "
                            + head,
                    true);
        }
        return last.milliseconds();
    }

    @Override
    public int send(final ValkeyConnection connection, final List<OutgoingBatch.Event> events) {
        final List<Object> words = new ArrayList<>(4 * events.size());
        for (final OutgoingBatch.Event event : events) {
            final EnvelopeFields fields = EnvelopeFields.of(event.envelope());
            words.add(event.sequence() + "-0");
            words.add(fields.type());
            words.add(fields.subject());
            words.add(event.envelope());
        }
        connection.call(CommandType.EVAL, ADD, 1, key, lengthMax, words);
        return events.size();
    }
}

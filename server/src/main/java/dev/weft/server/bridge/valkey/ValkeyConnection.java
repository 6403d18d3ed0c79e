package dev.weft.server.bridge.valkey;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One connection: commands as words, answers as lists of bytes, numbers and lists. A break is a
 * {@link io.lettuce.core.RedisException}. Any thread; answers come in the order of the commands.
 */
public final class ValkeyConnection implements AutoCloseable {
    private static final long ANSWER_MS = 10_000;

    private final StatefulRedisConnection<byte[], byte[]> connection;

    ValkeyConnection(final StatefulRedisConnection<byte[], byte[]> connection) {
        this.connection = connection;
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param words texts, bytes or numbers.
     * @return a single value as a list of one.
     */
    public List<Object> call(final ProtocolKeyword command, final Object... words) {
        return await(send(command, words));
    }

    /** Sends a command. */
    public RedisFuture<List<Object>> send(final ProtocolKeyword command, final Object... words) {
        final CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (final Object word : words) {
            add(arguments, word);
        }
        return connection
                .async()
                .dispatch(command, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), arguments);
    }

    private static void add(final CommandArgs<byte[], byte[]> arguments, final Object word) {
        if (word instanceof byte[] bytes) {
            arguments.add(bytes);
        } else if (word instanceof List<?> words) {
            words.forEach(each -> add(arguments, each));
        } else {
            arguments.add(word.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The answer, when it has come. */
    public static List<Object> await(final RedisFuture<List<Object>> answer) {
        return LettuceFutures.awaitOrCancel(answer, ANSWER_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether an answer says nothing. */
    public static boolean isNothing(final List<Object> answer) {
        return answer.isEmpty() || answer.get(0) == null;
    }

    /** A text in an answer. */
    public static String text(final Object part) {
        return part instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8)
                : String.valueOf(part);
    }

    /** What follows a name in an answer of names and values, empty if it is not there. */
    public static String member(final List<?> answer, final String name) {
        for (int i = 0; i + 1 < answer.size(); i += 2) {
            if (text(answer.get(i)).equals(name)) {
                return text(answer.get(i + 1));
            }
        }
        return "";
    }

    @Override
    public void close() {
        connection.closeAsync();
    }
}

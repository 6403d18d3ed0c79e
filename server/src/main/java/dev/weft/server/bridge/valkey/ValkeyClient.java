package dev.weft.server.bridge.valkey;

import dev.weft.server.bridge.plan.BridgePlan;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to one Valkey or Redis server, and the threads behind them. A connection that breaks
 * stays broken: whoever has it makes another one and finds out anew where it stands. Any thread.
 */
public final class ValkeyClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ValkeyClient.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int THREADS = 2; // the fewest that the library takes
    private static final long SHUTDOWN_MS = 1_000;

    private final ClientResources resources;
    private final RedisClient client;

    public ValkeyClient(final BridgePlan.Server server) {
        resources =
                DefaultClientResources.builder()
                        .ioThreadPoolSize(THREADS)
                        .computationThreadPoolSize(THREADS)
                        .build();
        client = RedisClient.create(resources, uri(server));
        client.setOptions(
                ClientOptions.builder()
                        .autoReconnect(false)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .protocolVersion(ProtocolVersion.RESP2) // arrays only, whatever the version
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(CONNECT_TIMEOUT)
                                        .keepAlive(true)
                                        .build())
                        .build());
    }

    private static RedisURI uri(final BridgePlan.Server server) {
        final RedisURI.Builder uri =
                RedisURI.builder()
                        .withHost(server.host())
                        .withPort(server.port())
                        .withDatabase(server.database())
                        .withSsl(server.tls())
                        .withTimeout(CONNECT_TIMEOUT);
        if (!server.user().isEmpty()) {
            uri.withAuthentication(server.user(), server.password().toCharArray());
        } else if (!server.password().isEmpty()) {
            uri.withPassword(server.password().toCharArray());
        }
        return uri.build();
    }

    /** A connection for commands. */
    public ValkeyConnection open() {
        return new ValkeyConnection(client.connect(ByteArrayCodec.INSTANCE));
    }

    /** A connection for what channels say. */
    public StatefulRedisPubSubConnection<byte[], byte[]> openChannels() {
        return client.connectPubSub(ByteArrayCodec.INSTANCE);
    }

    @Override
    public void close() {
        try {
            client.shutdown(0, SHUTDOWN_MS, TimeUnit.MILLISECONDS);
        } catch (final RedisException ex) {
            LOG.debug("connections did not close in time", ex);
        }
        resources.shutdown(0, SHUTDOWN_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(SHUTDOWN_MS);
    }
}

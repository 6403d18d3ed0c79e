package dev.weft.server.bridge.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge does: from where to where, and as what. Checked; at least one source or target.
 *
 * @param name of the bridge, which its events carry.
 * @param streams null if no stream is a source.
 * @param channels null if no channel is a source.
 */
public record BridgePlan(
        Server server,
        String name,
        @Nullable Streams streams,
        @Nullable Channels channels,
        Targets targets) {
    /**
     * Where the Valkey or Redis server is.
     *
     * @param user empty for the default one.
     * @param password empty for none.
     */
    public record Server(
            String host, int port, int database, boolean tls, String user, String password) {
        @Override
        public String toString() {
            return (tls ? "rediss" : "redis") + "://" + host + ":" + port + "/" + database;
        }
    }

    /**
     * As what entries or messages arrive.
     *
     * @param category of all of them.
     */
    public record Mapping(Template type, String category, Template subject) {}

    /**
     * Streams whose entries become events.
     *
     * @param group consumer group that belongs to this bridge alone.
     */
    public record Streams(List<String> keys, String group, Mapping mapping) {
        public Streams {
            keys = List.copyOf(keys);
        }
    }

    /** Channels whose messages become events. */
    public record Channels(List<ChannelPattern> patterns, Mapping mapping) {
        public Channels {
            patterns = List.copyOf(patterns);
        }
    }

    /**
     * Where events go.
     *
     * @param stream key, null for none.
     * @param streamLengthMax about so many entries are kept, 0 for all.
     * @param channel null for none.
     * @param filter which events: names and values of a stream's parameters in turn.
     * @param replay whether a stream that is not there yet gets all events, and not only new ones.
     */
    public record Targets(
            @Nullable String stream,
            long streamLengthMax,
            @Nullable Template channel,
            List<String> filter,
            boolean replay) {
        public Targets {
            filter = List.copyOf(filter);
        }
    }
}

package dev.weft.server.bridge;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.plan.Template;
import dev.weft.server.bridge.valkey.ValkeyClient;
import java.util.ArrayList;
import java.util.List;

/** A bridge: one part with a thread of its own for each direction and kind that the plan names. */
public final class Bridge implements AutoCloseable {
    private static final String TARGET_STREAM = "valkey.stream.out";
    private static final String TARGET_CHANNEL = "valkey.channel.out";

    private static final long ORDERLY_MS = 700;
    private static final long CUT_MS = 500;

    private final ValkeyClient client;
    private final List<Life> lives = new ArrayList<>();

    /**
     * Makes it, without starting a thread of its own.
     *
     * @param rules by which events are checked before they are published.
     */
    public Bridge(final BridgePlan plan, final Fabric fabric, final EventRules rules) {
        client = new ValkeyClient(plan.server());
        final String name = plan.name();
        final BridgePlan.Streams streams = plan.streams();
        if (streams != null) {
            final PartStatus status = new PartStatus("stream_in");
            add(
                    "weft-valkey-in",
                    status,
                    new StreamSource(client, fabric, name, streams, rules, status));
        }
        final BridgePlan.Channels channels = plan.channels();
        if (channels != null) {
            final PartStatus status = new PartStatus("channel_in");
            add(
                    "weft-valkey-sub",
                    status,
                    new ChannelSource(client, fabric, name, channels, rules, status));
        }
        final BridgePlan.Targets targets = plan.targets();
        final String stream = targets.stream();
        if (stream != null) {
            addOutlet(
                    "weft-valkey-out",
                    new PartStatus("stream_out"),
                    fabric,
                    new StreamTarget(stream, targets.streamLengthMax(), targets.replay()),
                    mapper(name, TARGET_STREAM, rules));
        }
        final Template channel = targets.channel();
        if (channel != null) {
            addOutlet(
                    "weft-valkey-pub",
                    new PartStatus("channel_out"),
                    fabric,
                    new ChannelTarget(channel),
                    mapper(name, TARGET_CHANNEL, rules));
        }
    }

    private static EventMapper mapper(
            final String name, final String sourceEvent, final EventRules rules) {
        final Template none = Template.parse("none", Template.Use.EVENT, 0);
        return new EventMapper(
                name, new BridgePlan.Mapping(none, "system", none), sourceEvent, rules);
    }

    private void addOutlet(
            final String thread,
            final PartStatus status,
            final Fabric fabric,
            final Target target,
            final EventMapper mapper) {
        add(thread, status, new Outlet(client, fabric, target, mapper, status));
    }

    private void add(final String thread, final PartStatus status, final Life.Session session) {
        lives.add(new Life(thread, status, session));
    }

    /** How its parts are doing; one for each. Any thread. */
    public List<PartStatus> parts() {
        return lives.stream().map(Life::status).toList();
    }

    public void start() {
        lives.forEach(Life::start);
    }

    /** Ends all parts. What was read and not published stays with the consumer group. */
    @Override
    public void close() {
        lives.forEach(Life::end);
        lives.forEach(life -> life.await(ORDERLY_MS)); // what holds a group lets it go
        client.close(); // ends what still waits for an answer
        lives.forEach(life -> life.await(CUT_MS));
    }
}

package dev.weft.server.bridge;

import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventFeed;
import dev.weft.server.bridge.fabric.EventName;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.fabric.OutgoingBatch;
import dev.weft.server.bridge.valkey.ValkeyClient;
import dev.weft.server.bridge.valkey.ValkeyConnection;
import org.jspecify.annotations.Nullable;

/**
 * Takes events out of the journal to a target, from where the target says on. What it cannot read
 * any more it tells in an event. One thread, but for {@link #wake}.
 */
final class Outlet implements Life.Session {
    private final ValkeyClient client;
    private final Fabric fabric;
    private final Target target;
    private final EventMapper mapper;
    private final Publisher publisher;
    private final PartStatus status;
    private final OutgoingBatch batch = new OutgoingBatch();
    private final EventBatch told = new EventBatch();
    private volatile @Nullable EventFeed open; // written by its thread, ended by wake

    Outlet(
            final ValkeyClient client,
            final Fabric fabric,
            final Target target,
            final EventMapper mapper,
            final PartStatus status) {
        this.client = client;
        this.fabric = fabric;
        this.target = target;
        this.mapper = mapper;
        this.status = status;
        publisher = new Publisher(fabric, mapper, status);
    }

    @Override
    public void run(final Life life) throws FabricException {
        try (ValkeyConnection connection = client.open()) {
            final long after = target.begin(connection, fabric);
            try (EventFeed feed = fabric.feed(after)) {
                open = feed;
                life.running();
                while (!life.isEnding()) {
                    batch.clear();
                    feed.poll(batch);
                    if (!batch.isEmpty()) {
                        status.passed.add(target.send(connection, batch.events()));
                    }
                    if (batch.hasGap()) {
                        tell(life, batch.gapFrom(), batch.gapTo());
                    }
                }
            } finally {
                open = null;
            }
        }
    }

    private void tell(final Life life, final long from, final long to) throws FabricException {
        status.lost.add(to - from + 1);
        told.clear();
        mapper.tell(
                "bridge.gap",
                new EventName(status.name() + ":gap:" + from + ':' + to, "", "", ""),
                "events that were deleted before they went out",
                ",\"from\":" + from + ",\"to\":" + to,
                told);
        publisher.publish(told, life, () -> true);
    }

    @Override
    public void wake() {
        final EventFeed feed = open;
        if (feed != null) {
            feed.end();
        }
    }
}

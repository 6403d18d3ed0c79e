package dev.weft.server.bridge;

import dev.weft.server.bridge.Origin.Position;
import dev.weft.server.bridge.fabric.EventName;
import dev.weft.server.bridge.valkey.EntryId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One stream that is a source, and how far it is bridged. One thread. */
final class StreamKey {
    private final String name;
    private final byte[] bytes;
    private final Origin origin;
    private final List<byte[]> done = new ArrayList<>(); // ids to acknowledge
    private Position position = Position.START;
    private EntryId delivered = EntryId.NONE;

    StreamKey(final String bridge, final String name) {
        this.name = name;
        bytes = name.getBytes(StandardCharsets.UTF_8);
        origin = Origin.of(bridge, name);
    }

    String name() {
        return name;
    }

    byte[] bytes() {
        return bytes;
    }

    Origin origin() {
        return origin;
    }

    /** Last entry that is in the journal, or in the batch that goes there. */
    Position position() {
        return position;
    }

    void position(final Position newPosition) {
        position = newPosition;
    }

    /** Last entry that the group has handed out. */
    EntryId delivered() {
        return delivered;
    }

    void delivered(final EntryId entry) {
        delivered = entry.compareTo(delivered) > 0 ? entry : delivered;
    }

    /** Forgets what an earlier session knew. */
    void begin(final Position newPosition, final EntryId newDelivered) {
        position = newPosition;
        delivered = newDelivered;
        done.clear();
    }

    boolean isBridged(final EntryId entry) {
        return entry.compareTo(position.entry()) <= 0;
    }

    /** The name of the event that an entry becomes. */
    EventName name(final EntryId entry) {
        return new EventName(
                origin.id(position.epoch(), entry), origin.text(), name, entry.toString());
    }

    List<byte[]> done() {
        return done;
    }
}

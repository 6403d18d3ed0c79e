package dev.weft.server.bridge.fabric;

import dev.weft.protocol.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events that are published together: a JSON array in the making. Reused; one thread, and whoever
 * it waits for.
 */
public final class EventBatch {
    /** With one event more of the greatest length it is still an array that a server takes. */
    private static final int LENGTH_MAX = 2_000_000;

    private final JsonBytes json = new JsonBytes();
    private final List<EventName> names = new ArrayList<>();
    private int[] starts = new int[64];
    private int[] ends = new int[64];

    public EventBatch() {
        clear();
    }

    /** Begins an event; its bytes go into the answer. */
    public JsonBytes begin() {
        if (!names.isEmpty()) {
            json.ascii(",");
        }
        if (names.size() == starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        starts[names.size()] = json.length();
        return json;
    }

    /** Where the event that was begun begins. */
    public int begun() {
        return starts[names.size()];
    }

    /** Ends the event that was begun. */
    public void end(final EventName name) {
        ends[names.size()] = json.length();
        names.add(name);
    }

    /** Takes the event back that was begun. */
    public void rollback() {
        json.length(names.isEmpty() ? 1 : ends[names.size() - 1]);
    }

    /** Bytes in which the events lie. */
    public byte[] bytes() {
        return json.bytes();
    }

    public int count() {
        return names.size();
    }

    /** First byte of an event. */
    public int start(final int index) {
        return starts[index];
    }

    /** Behind the last byte of an event. */
    public int end(final int index) {
        return ends[index];
    }

    public EventName name(final int index) {
        return names.get(index);
    }

    public boolean isFull() {
        return names.size() >= Limits.ARRAY_EVENTS_MAX || json.length() >= LENGTH_MAX;
    }

    /** The whole array. */
    public byte[] array() {
        final byte[] array = Arrays.copyOf(json.bytes(), json.length() + 1);
        array[json.length()] = ']';
        return array;
    }

    /** The bytes of one event. */
    public byte[] event(final int index) {
        return Arrays.copyOfRange(json.bytes(), starts[index], ends[index]);
    }

    public void clear() {
        names.clear();
        json.length(0);
        json.ascii("[");
    }
}

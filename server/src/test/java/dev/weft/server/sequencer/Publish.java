package dev.weft.server.sequencer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.frame.RecordDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Prepared publishes for tests of what comes after ingest, and what became of them. */
public final class Publish {
    private final List<PendingAppend.Status> outcomes = new ArrayList<>();
    private final PendingAppend pending = new PendingAppend(this::onCompleted);
    private int defaultIds;

    private Publish(final boolean durable) {
        pending.reset(durable);
    }

    public static Publish journaled() {
        return new Publish(false);
    }

    public static Publish durable() {
        return new Publish(true);
    }

    /** Adds an event without an id of the caller. */
    public Publish event(final String type, final String data) {
        return event(null, type, data);
    }

    /** Adds an event; {@code callerId} null stands for one that the server made. */
    public Publish event(final @Nullable String callerId, final String type, final String data) {
        final String id = callerId == null ? "made-" + ++defaultIds : callerId;
        final int start = pending.length();
        final int body = start + RecordDescriptor.LENGTH;
        final MutableDirectBuffer buffer = pending.buffer();
        int at = body;
        at += put(at, "\"id\":\"");
        final int idAt = at;
        at += put(at, id);
        final int idLength = at - idAt;
        at += put(at, "\",\"ts\":0000000000000000,\"type\":\"");
        final int typeAt = at;
        at += put(at, type);
        final int typeLength = at - typeAt;
        at += put(at, "\",\"category\":\"");
        final int categoryAt = at;
        at += put(at, "system");
        final int categoryLength = at - categoryAt;
        at += put(at, "\",\"data\":");
        final int dataAt = at;
        at += put(at, data);
        buffer.setMemory(start, RecordDescriptor.LENGTH, (byte) 0);
        buffer.putInt(start + RecordDescriptor.DATA_OFFSET_OFFSET, dataAt - body, LITTLE_ENDIAN);
        buffer.putInt(start + RecordDescriptor.DATA_LENGTH_OFFSET, at - dataAt, LITTLE_ENDIAN);
        buffer.putShort(
                start + RecordDescriptor.FLAGS_OFFSET,
                (short) (callerId == null ? 0 : RecordDescriptor.FLAG_CALLER_ID),
                LITTLE_ENDIAN);
        field(start + RecordDescriptor.ID_OFFSET, idAt - body, idLength);
        field(start + RecordDescriptor.TYPE_OFFSET, typeAt - body, typeLength);
        field(start + RecordDescriptor.CATEGORY_OFFSET, categoryAt - body, categoryLength);
        pending.appendRecord(at);
        return this;
    }

    public PendingAppend pending() {
        return pending;
    }

    /** How it ended, {@code PENDING} while it has not. Fails if it ended twice. */
    public PendingAppend.Status outcome() {
        if (outcomes.size() > 1) {
            throw new AssertionError("completed more than once: " + outcomes);
        }
        return outcomes.isEmpty() ? PendingAppend.Status.PENDING : outcomes.get(0);
    }

    private void onCompleted(final PendingAppend completed) {
        outcomes.add(completed.status());
    }

    private int put(final int at, final String text) {
        final byte[] bytes = text.getBytes(UTF_8);
        pending.buffer().putBytes(at, bytes);
        return bytes.length;
    }

    private void field(final int at, final int offset, final int length) {
        pending.buffer().putShort(at, (short) offset, LITTLE_ENDIAN);
        pending.buffer()
                .putShort(at + RecordDescriptor.FIELD_LENGTH_OFFSET, (short) length, LITTLE_ENDIAN);
    }
}

package dev.weft.server.session;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.record.IsoTime;
import dev.weft.server.record.RecordView;
import dev.weft.server.record.Uuids;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as items of a session: {@code event_type} is the type, {@code event_data} the data
 * as an object, {@code timestamp} the time of the append with six digits, {@code id} and {@code
 * step_id} the event's as a UUID (see {@link Uuids#of}). All seven members are always there. One
 * thread.
 */
final class SessionItem {
    private final RecordView view = new RecordView();
    private final StringBuilder json = new StringBuilder(256);

    /**
     * Writes one event.
     *
     * @param session its session's id.
     */
    void write(
            final BlockFlyweight block,
            final int index,
            final SessionId session,
            final ByteBuf target) {
        view.wrap(block, index);
        final String step = view.text(RecordDescriptor.STEP_ID_OFFSET);
        json.setLength(0);
        json.append('{');
        member("id", Uuids.of(required(RecordDescriptor.ID_OFFSET))).append(',');
        member("session_id", session.text()).append(',');
        member("step_id", step == null ? null : Uuids.of(step)).append(',');
        member("event_type", required(RecordDescriptor.TYPE_OFFSET));
        flush(target, ",\"event_data\":");
        view.writeDataAsObject(target);
        flush(target, ",\"message\":");
        view.writeMessage(target);
        json.append(",\"timestamp\":\"");
        IsoTime.append(json, view.timestampUs());
        flush(target, "Z\"}");
    }

    private String required(final int field) {
        final String text = view.text(field);
        return text == null ? "" : text;
    }

    private StringBuilder member(final String name, final @Nullable String value) {
        json.append('"').append(name).append("\":");
        if (value == null) {
            return json.append("null");
        }
        JsonText.quote(json, value);
        return json;
    }

    private void flush(final ByteBuf target, final String end) {
        target.writeCharSequence(json.append(end), StandardCharsets.UTF_8);
        json.setLength(0);
    }
}

package dev.weft.server.session.state;

import dev.weft.protocol.json.JsonText;
import dev.weft.server.record.IsoTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A session as callers see it. Immutable; any thread.
 *
 * @param wish what it was created with, {@code data} of its {@code session.created}; null if that
 *     cannot be read.
 * @param createdUs microseconds since the epoch; 0 if unknown.
 * @param endedUs likewise; 0 if it has not ended.
 * @param end data of the event that ended it, with {@code result} or {@code error}; null for none.
 */
public record SessionImage(
        String id,
        String status,
        @Nullable ObjectNode wish,
        @Nullable String worker,
        long createdUs,
        long endedUs,
        @Nullable ObjectNode end) {
    private static final List<String> WISH =
            List.of("display_name", "task", "model", "repos", "active_workflow", "driver");
    private static final List<String> END = List.of("result", "error", "exit_code", "signal");

    /** The same session as it is when it was started again. */
    public SessionImage started() {
        return new SessionImage(id, Phase.CREATING.status(), wish, null, createdUs, 0, null);
    }

    /** The same session as it is when it was told to stop. */
    public SessionImage stopping() {
        return new SessionImage(id, Phase.STOPPING.status(), wish, worker, createdUs, 0, null);
    }

    /** The same session as it is when it stopped. */
    public SessionImage stopped(final long timeUs) {
        return new SessionImage(id, Phase.STOPPED.status(), wish, null, createdUs, timeUs, null);
    }

    /** The same session as it is when a worker has it. */
    public SessionImage claimed(final String by) {
        return new SessionImage(id, Phase.RUNNING.status(), wish, by, createdUs, 0, null);
    }

    /** Writes {@code {id, status, …, created_at, …}}; what it has nothing for is left out. */
    public StringBuilder write(final StringBuilder json) {
        JsonText.quote(json.append("{\"id\":"), id);
        JsonText.quote(json.append(",\"status\":"), status);
        members(json, wish, WISH);
        if (worker != null) {
            JsonText.quote(json.append(",\"worker\":"), worker);
        }
        time(json, "created_at", createdUs);
        time(json, "completed_at", endedUs);
        members(json, end, END);
        return json.append('}');
    }

    private static void members(
            final StringBuilder json, final @Nullable ObjectNode from, final List<String> names) {
        if (from == null) {
            return;
        }
        for (final String name : names) {
            final JsonNode value = from.get(name);
            if (value != null && !value.isNull()) {
                json.append(",\"").append(name).append("\":").append(value);
            }
        }
    }

    private static void time(final StringBuilder json, final String name, final long timeUs) {
        if (timeUs > 0) {
            json.append(",\"").append(name).append("\":\"");
            IsoTime.append(json, timeUs).append("Z\"");
        }
    }
}

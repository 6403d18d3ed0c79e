package dev.weft.bench.history;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One question for a page: every field that is named has to have that value. */
record PageQuery(@Nullable String type, @Nullable String category, @Nullable String subject) {
    static final PageQuery ALL = new PageQuery(null, null, null);

    /** Events of a page. */
    static final int LIMIT = 100;

    /** Those that are asked in turn: half of them name one field, half two. */
    static List<PageQuery> mix() {
        final List<PageQuery> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(new PageQuery(null, null, "host/web-" + i * 3 % EventMix.HOSTS));
            all.add(new PageQuery("telemetry.cpu", null, "host/web-" + i * 7 % EventMix.HOSTS));
            all.add(new PageQuery(null, null, "job/" + i * 71 % EventMix.JOBS));
            all.add(new PageQuery("step.done", "job", null));
            all.add(new PageQuery("agent.tool_call", null, null));
            all.add(new PageQuery("agent.message", null, "agent/planner-" + i));
            all.add(new PageQuery(null, "job", null));
            all.add(new PageQuery("telemetry.disk", "telemetry", null));
        }
        return all;
    }

    boolean matches(final MixEvent event) {
        return (type == null || type.equals(event.type()))
                && (category == null || category.equals(event.category()))
                && (subject == null || subject.equals(event.subject()));
    }

    /** Path of the page, newest events first. */
    String path(final long offset) {
        final StringBuilder path = new StringBuilder("/events?limit=").append(LIMIT);
        if (offset > 0) {
            path.append("&offset=").append(offset);
        }
        append(path, "type", type);
        append(path, "category", category);
        append(path, "subject", subject);
        return path.toString();
    }

    private static void append(
            final StringBuilder path, final String name, final @Nullable String value) {
        if (value != null) {
            path.append('&').append(name).append('=').append(value);
        }
    }

    /** The condition in SQL, with its values in the order of {@link #values}. */
    String condition() {
        final List<String> parts = new ArrayList<>();
        if (type != null) {
            parts.add("type = ?");
        }
        if (category != null) {
            parts.add("category = ?");
        }
        if (subject != null) {
            parts.add("subject = ?");
        }
        return parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts);
    }

    List<String> values() {
        final List<String> values = new ArrayList<>();
        for (final String value : new String[] {type, category, subject}) {
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }
}

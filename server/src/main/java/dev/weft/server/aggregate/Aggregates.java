package dev.weft.server.aggregate;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Names by which aggregates go, and what they are in an event: the category {@code agent} is the
 * event type {@code AgentEvent} and the aggregate type {@code agent_aggregate}, and so on for every
 * category. Stateless.
 */
final class Aggregates {
    /** Id of the aggregate that is the system as a whole; its subject is {@code system/system}. */
    static final String SYSTEM_ID = "system";

    private static final String EVENT = "Event";
    private static final String AGGREGATE = "_aggregate";

    private Aggregates() {}

    /** Subjects that an aggregate of a category can be. */
    static List<String> subjects(final String category, final String id) {
        if (!category.equals(EmitterKind.SYSTEM.category())) {
            return List.of(category + '/' + id);
        }
        return id.equals(SYSTEM_ID)
                ? List.of("session/" + id, EmitterKind.WHOLE_SYSTEM)
                : List.of("session/" + id);
    }

    static String eventType(final String category) {
        return category.substring(0, 1).toUpperCase(Locale.ROOT) + category.substring(1) + EVENT;
    }

    static String aggregateType(final String category) {
        return category + AGGREGATE;
    }

    /** The category that an event type such as {@code AgentEvent} names, null if it is no such. */
    static @Nullable String categoryOfEventType(final String text) {
        if (!text.endsWith(EVENT) || text.length() == EVENT.length()) {
            return null;
        }
        final String name = text.substring(0, text.length() - EVENT.length());
        return Character.isUpperCase(name.charAt(0))
                ? name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1)
                : null;
    }

    /** The category that an aggregate type names, null if it is none. */
    static @Nullable String categoryOfAggregateType(final String text) {
        return text.endsWith(AGGREGATE) && text.length() > AGGREGATE.length()
                ? text.substring(0, text.length() - AGGREGATE.length())
                : null;
    }
}

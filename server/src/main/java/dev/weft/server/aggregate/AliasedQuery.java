package dev.weft.server.aggregate;

import dev.weft.protocol.Problem;
import dev.weft.protocol.event.TextRules;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says the filters {@code event_type}, {@code aggregate_type} and {@code aggregate_id} in the words
 * of streams and history: {@code category}, {@code type} and {@code subject}. Immutable; any
 * thread.
 */
final class AliasedQuery {
    private static final String EVENT_TYPE = "event_type";
    private static final String AGGREGATE_TYPE = "aggregate_type";
    private static final String AGGREGATE_ID = "aggregate_id";
    private static final Set<String> REPLACED =
            Set.of(EVENT_TYPE, AGGREGATE_TYPE, AGGREGATE_ID, "category");
    private static final int SUBJECTS_MAX = 100;

    private final Set<String> categories;

    /**
     * Makes it.
     *
     * @param categories all that an event may have.
     */
    AliasedQuery(final Set<String> categories) {
        this.categories = categories;
    }

    /**
     * The same query without aliases.
     *
     * @throws ProblemException 400 if an alias has a value that it cannot have, or one that
     *     contradicts another parameter.
     */
    QueryParameters translate(final QueryParameters query) {
        final List<String> eventTypes = query.all(EVENT_TYPE);
        final List<String> aggregateTypes = query.all(AGGREGATE_TYPE);
        final List<String> ids = query.all(AGGREGATE_ID);
        if (eventTypes.isEmpty() && aggregateTypes.isEmpty() && ids.isEmpty()) {
            return query;
        }
        final List<String> translated = new ArrayList<>();
        Set<String> chosen = chosen(query.all("category"), null, "category");
        final List<String> types = new ArrayList<>(eventTypes);
        types.removeIf(this::isEventType);
        if (types.isEmpty()) {
            chosen = chosen(eventTypeCategories(eventTypes), chosen, EVENT_TYPE);
        } else if (types.size() < eventTypes.size()) {
            throw refused(EVENT_TYPE, "names of classes and names of events cannot be mixed");
        } else if (query.names().contains("type")) {
            throw refused(EVENT_TYPE, "contradicts type; give one of them");
        }
        types.forEach(type -> add(translated, "type", type));
        chosen = chosen(aggregateTypeCategories(aggregateTypes), chosen, AGGREGATE_TYPE);
        if (chosen != null) {
            chosen.forEach(category -> add(translated, "category", category));
        }
        if (!ids.isEmpty()) {
            if (query.names().contains("subject")) {
                throw refused(AGGREGATE_ID, "contradicts subject; give one of them");
            }
            subjects(ids, chosen == null ? categories : chosen)
                    .forEach(subject -> add(translated, "subject", subject));
        }
        return query.changed(translated, (name, value) -> REPLACED.contains(name) ? null : value);
    }

    private static void add(final List<String> target, final String name, final String value) {
        target.add(name);
        target.add(value);
    }

    /** What is left of the categories; null means any. */
    private static @Nullable Set<String> chosen(
            final Collection<String> named, final @Nullable Set<String> before, final String by) {
        if (named.isEmpty()) {
            return before;
        }
        final Set<String> both = new TreeSet<>(named);
        if (before != null) {
            both.retainAll(before);
        }
        if (both.isEmpty()) {
            throw refused(by, "contradicts another parameter: no event can be both");
        }
        return both;
    }

    private boolean isEventType(final String text) {
        final String category = Aggregates.categoryOfEventType(text);
        return category != null && categories.contains(category);
    }

    private static List<String> eventTypeCategories(final List<String> eventTypes) {
        return eventTypes.stream().map(Aggregates::categoryOfEventType).toList();
    }

    private List<String> aggregateTypeCategories(final List<String> aggregateTypes) {
        final List<String> named = new ArrayList<>();
        for (final String type : aggregateTypes) {
            final String category = Aggregates.categoryOfAggregateType(type);
            if (category == null || !categories.contains(category)) {
                throw refused(
                        AGGREGATE_TYPE,
                        "must be one of "
                                + new TreeSet<>(categories)
                                        .stream()
                                                .map(Aggregates::aggregateType)
                                                .collect(Collectors.joining(", ")));
            }
            named.add(category);
        }
        return named;
    }

    private static Set<String> subjects(final List<String> ids, final Set<String> of) {
        final Set<String> subjects = new TreeSet<>();
        for (final String id : ids) {
            if (!TextRules.isSubjectId(id)) {
                throw refused(AGGREGATE_ID, "must be 1 to 200 of [A-Za-z0-9._:@-]");
            }
            for (final String category : of) {
                subjects.addAll(Aggregates.subjects(category, id));
            }
        }
        if (subjects.size() > SUBJECTS_MAX) {
            throw refused(
                    AGGREGATE_ID,
                    "too many at once; say their aggregate_type too, or ask for fewer");
        }
        return subjects;
    }

    private static ProblemException refused(final String name, final String rule) {
        return new ProblemException(new Problem(400, name + ": " + rule));
    }
}

package dev.weft.server.fanout;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Filters and events that meet often, and miss each other narrowly. */
final class AnyFilter {
    private static final String[] WORDS = {
        "a", "b", "ab", "abc", "abcdefgh", "abcdefghi", "abcdefgX", "abcdefghijklmnopq", "z0"
    };
    private static final String[] CATEGORIES = {"system", "job", "telemetry"};

    private AnyFilter() {}

    /** Any filter but {@link Filter#ALL}. */
    static Filter next(final SplittableRandom random) {
        final Map<Filter.Field, Set<Term>> terms = new EnumMap<>(Filter.Field.class);
        while (terms.isEmpty()) {
            for (final Filter.Field field : Filter.Field.values()) {
                if (random.nextInt(4) == 0) {
                    final Set<Term> set = new HashSet<>();
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        set.add(term(random, field));
                    }
                    terms.put(field, set);
                }
            }
        }
        return Filter.of(terms);
    }

    /** An event as a publisher would send it. */
    static String event(final SplittableRandom random) {
        final StringBuilder json =
                new StringBuilder("{\"type\":\"" + text(random, Filter.Field.TYPE) + '"');
        for (final Filter.Field field : Filter.Field.values()) {
            if (field != Filter.Field.TYPE && random.nextInt(3) > 0) {
                json.append(",\"" + field.parameter() + "\":\"" + text(random, field) + '"');
            }
        }
        return json.append('}').toString();
    }

    private static Term term(final SplittableRandom random, final Filter.Field field) {
        final String text = text(random, field);
        return random.nextInt(3) == 0
                ? Term.prefix(text.substring(0, 1 + random.nextInt(text.length())))
                : Term.exact(text);
    }

    private static String text(final SplittableRandom random, final Filter.Field field) {
        return switch (field) {
            case TYPE -> word(random) + '.' + word(random);
            case CATEGORY -> CATEGORIES[random.nextInt(CATEGORIES.length)];
            case SUBJECT -> word(random).toLowerCase(java.util.Locale.ROOT) + '/' + word(random);
            case CORRELATION_ID, CAUSATION_ID, RUN_ID, STEP_ID -> word(random);
        };
    }

    private static String word(final SplittableRandom random) {
        return WORDS[random.nextInt(WORDS.length - 1)];
    }
}

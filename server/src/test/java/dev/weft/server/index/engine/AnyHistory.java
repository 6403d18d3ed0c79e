package dev.weft.server.index.engine;

import dev.weft.server.fanout.Term;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.journal.Journal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Events and questions about them that meet often. */
final class AnyHistory {
    private static final String[] TYPES = {
        "step.started", "step.finished", "step", "stepwise", "a", "b.c", "b.d", "job.done"
    };
    private static final String[] CATEGORIES = {"system", "job", "telemetry", "agent"};
    private static final String[] KINDS = {"job", "jo", "host", "session"};
    private static final int SUBJECTS = 40;
    private static final int IDS = 12;
    private static final long PAUSE_US = 2_000_000;

    private AnyHistory() {}

    static void append(final SplittableRandom random, final EventBlocks blocks, final int count) {
        for (int left = count; left > 0; ) {
            final int events = Math.min(left, 1 + random.nextInt(random.nextInt(8) == 0 ? 200 : 6));
            final List<String> block = new ArrayList<>();
            for (int i = 0; i < events; i++) {
                block.add(event(random));
            }
            if (random.nextInt(4) == 0) {
                blocks.timeUs += random.nextLong(PAUSE_US);
            }
            blocks.append(block);
            left -= events;
        }
    }

    private static String event(final SplittableRandom random) {
        final StringBuilder json =
                new StringBuilder("{\"type\":\"").append(text(random, IndexField.TYPE)).append('"');
        for (final IndexField field : IndexField.values()) {
            if (field != IndexField.TYPE
                    && field != IndexField.SUBJECT_KIND
                    && random.nextInt(3) > 0) {
                json.append(",\"")
                        .append(field.parameter())
                        .append("\":\"")
                        .append(text(random, field))
                        .append('"');
            }
        }
        return json.append('}').toString();
    }

    private static String text(final SplittableRandom random, final IndexField field) {
        return switch (field) {
            case TYPE ->
                    TYPES[Math.min(random.nextInt(TYPES.length), random.nextInt(TYPES.length))];
            case CATEGORY -> CATEGORIES[random.nextInt(CATEGORIES.length)];
            case SUBJECT -> text(random, IndexField.SUBJECT_KIND) + '/' + number(random, SUBJECTS);
            case SUBJECT_KIND -> KINDS[random.nextInt(KINDS.length)];
            case CORRELATION_ID -> "c \\\"" + number(random, IDS) + "é";
            case CAUSATION_ID, RUN_ID, STEP_ID ->
                    random.nextInt(4) == 0
                            ? "unique-" + random.nextInt(1_000_000)
                            : "id-" + number(random, IDS);
        };
    }

    /** Small ones often. */
    private static int number(final SplittableRandom random, final int bound) {
        return random.nextInt(1 + random.nextInt(bound));
    }

    static EventQuery query(
            final SplittableRandom random, final Journal journal, final long endUs) {
        EventQuery query = terms(random);
        final long head = journal.appendedSequence();
        if (random.nextInt(4) == 0) {
            query = query.after(random.nextLong(-1, head + 3));
        }
        if (random.nextInt(4) == 0) {
            query = query.before(random.nextLong(0, head + 3));
        }
        if (random.nextInt(4) == 0) {
            query = query.upTo(random.nextLong(0, head + 3));
        }
        if (random.nextInt(4) == 0) {
            query = query.since(time(random, endUs));
        }
        if (random.nextInt(4) == 0) {
            query = query.until(time(random, endUs));
        }
        return query;
    }

    /** A query without bounds. */
    static EventQuery terms(final SplittableRandom random) {
        EventQuery query = EventQuery.ALL;
        for (final IndexField field : IndexField.values()) {
            if (random.nextInt(6) == 0) {
                query = query.where(field, terms(random, field));
            }
        }
        return query;
    }

    static long time(final SplittableRandom random, final long endUs) {
        return random.nextLong(EventBlocks.START_US - 10, endUs + 10);
    }

    private static Set<Term> terms(final SplittableRandom random, final IndexField field) {
        final Set<Term> terms = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            final String text = text(random, field);
            terms.add(
                    random.nextInt(3) > 0
                            ? Term.exact(text)
                            : field == IndexField.SUBJECT && random.nextBoolean()
                                    ? Term.prefix(text.substring(0, text.indexOf('/') + 1))
                                    : Term.prefix(
                                            text.substring(0, 1 + random.nextInt(text.length()))));
        }
        return terms;
    }
}

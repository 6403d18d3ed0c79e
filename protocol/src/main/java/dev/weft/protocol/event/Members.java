package dev.weft.protocol.event;

import dev.weft.protocol.json.Words;

/**
 * Members of a published event, numbered in the order of the body. The first eight are the fields
 * of a {@link dev.weft.protocol.frame.RecordDescriptor}, in its order.
 */
final class Members {
    static final int UNKNOWN = -1;
    static final int ID = 0;
    static final int TYPE = 1;
    static final int CATEGORY = 2;
    static final int SUBJECT = 3;
    static final int CORRELATION_ID = 4;
    static final int CAUSATION_ID = 5;
    static final int RUN_ID = 6;
    static final int STEP_ID = 7;
    static final int OCCURRED_AT = 8;
    static final int SOURCE = 9;
    static final int MESSAGE = 10;
    static final int DATA = 11;
    static final int COUNT = 12;

    private static final String[] NAMES = {
        "id",
        "type",
        "category",
        "subject",
        "correlation_id",
        "causation_id",
        "run_id",
        "step_id",
        "occurred_at",
        "source",
        "message",
        "data"
    };

    private static final long ID_WORD = Words.of("id");
    private static final long TYPE_WORD = Words.of("type");
    private static final long DATA_WORD = Words.of("data");
    private static final long SOURCE_WORD = Words.of("source");
    private static final long RUN_ID_WORD = Words.of("run_id");
    private static final long SUBJECT_WORD = Words.of("subject");
    private static final long MESSAGE_WORD = Words.of("message");
    private static final long STEP_ID_WORD = Words.of("step_id");
    private static final long CATEGORY_WORD = Words.of("category");
    private static final long OCCURRED_AT_WORD = Words.of("occurred");
    private static final long OCCURRED_AT_TAIL = Words.of("urred_at");
    private static final long CAUSATION_ID_WORD = Words.of("causatio");
    private static final long CAUSATION_ID_TAIL = Words.of("ation_id");
    private static final long CORRELATION_ID_WORD = Words.of("correlat");
    private static final long CORRELATION_ID_TAIL = Words.of("ation_id");

    private Members() {}

    static String name(final int member) {
        return NAMES[member];
    }

    static String[] names() {
        return NAMES.clone();
    }

    /** Number of the member whose name stands in [from, to), or {@link #UNKNOWN}. */
    static int find(final byte[] text, final int from, final int to) {
        final int length = to - from;
        final long head = Words.get(text, from) & Words.mask(Math.min(length, Long.BYTES));
        return switch (length) {
            case 2 -> head == ID_WORD ? ID : UNKNOWN;
            case 4 -> head == TYPE_WORD ? TYPE : head == DATA_WORD ? DATA : UNKNOWN;
            case 6 -> head == SOURCE_WORD ? SOURCE : head == RUN_ID_WORD ? RUN_ID : UNKNOWN;
            case 7 -> findSeven(head);
            case 8 -> head == CATEGORY_WORD ? CATEGORY : UNKNOWN;
            case 11, 12, 14 -> findLong(length, head, Words.get(text, to - Long.BYTES));
            default -> UNKNOWN;
        };
    }

    private static int findSeven(final long head) {
        return head == SUBJECT_WORD
                ? SUBJECT
                : head == MESSAGE_WORD ? MESSAGE : head == STEP_ID_WORD ? STEP_ID : UNKNOWN;
    }

    private static int findLong(final int length, final long head, final long tail) {
        if (length == 11) {
            return head == OCCURRED_AT_WORD && tail == OCCURRED_AT_TAIL ? OCCURRED_AT : UNKNOWN;
        }
        if (length == 12) {
            return head == CAUSATION_ID_WORD && tail == CAUSATION_ID_TAIL ? CAUSATION_ID : UNKNOWN;
        }
        return head == CORRELATION_ID_WORD && tail == CORRELATION_ID_TAIL
                ? CORRELATION_ID
                : UNKNOWN;
    }
}

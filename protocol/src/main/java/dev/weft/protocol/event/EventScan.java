package dev.weft.protocol.event;

import dev.weft.protocol.Limits;
import dev.weft.protocol.json.JsonFault;
import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.JsonText;
import dev.weft.protocol.json.Words;

/**
 * First pass over an event: checks its JSON, and notes where the value of each member lies. The
 * members of {@code source} are numbered behind those of the event. One thread.
 */
final class EventScan {
    static final int SOURCE_KIND = Members.COUNT;
    static final int SOURCE_EVENT = SOURCE_KIND + 1;
    static final int SOURCE_METADATA = SOURCE_KIND + 2;

    private static final int FAILED = JsonScanner.FAILED;
    private static final int COUNT = SOURCE_KIND + 3;
    private static final String[] SOURCE_NAMES = {"kind", "event", "metadata"};
    private static final String[] SOURCE_PATHS = {"source.kind", "source.event", "source.metadata"};
    private static final long KIND_WORD = Words.of("kind");
    private static final long EVENT_WORD = Words.of("event");
    private static final long METADATA_WORD = Words.of("metadata");
    private static final int DATA_DEPTH_MAX =
            Limits.JSON_DEPTH_MAX - 1; // the event itself is the first level
    private static final int BYTE_ORDER_MARK = 0xBFBBEF;

    private final JsonScanner json = new JsonScanner();
    private final ParseError error;
    private final int[] starts = new int[COUNT];
    private final int[] ends = new int[COUNT];
    private byte[] text = new byte[JsonScanner.PADDING];
    private int base;
    private int given; // one bit per member
    private int escapes; // one bit per member: its string has a backslash
    private boolean dataSpaced;
    private byte[] nameText = text;
    private int nameFrom;
    private int nameTo;

    EventScan(final ParseError error) {
        this.error = error;
    }

    void wrap(final byte[] bytes, final int limit) {
        json.wrap(bytes, limit);
        text = bytes;
    }

    /**
     * Reads one event.
     *
     * @param from its first byte, or white space before it.
     * @return position behind it, or {@link JsonScanner#FAILED}.
     */
    int scan(final int from) {
        given = 0;
        escapes = 0;
        base = from;
        final int open = json.skipSpace(from);
        if (text[open] == '{') {
            return object(open, false);
        }
        final boolean marked = (Words.getInt(text, open) & 0xFFFFFF) == BYTE_ORDER_MARK;
        return violated(marked ? Rule.BYTE_ORDER_MARK : Rule.EVENT_OBJECT, "", open);
    }

    boolean has(final int member) {
        return (given & 1 << member) != 0;
    }

    /** Whether the member's string has a backslash. */
    boolean isEscaped(final int member) {
        return (escapes & 1 << member) != 0;
    }

    /** Whether {@code data} has white space between its tokens. */
    boolean isDataSpaced() {
        return dataSpaced;
    }

    /** First byte of a member's value; of a string, behind its quote. */
    int start(final int member) {
        return starts[member];
    }

    /** Behind the member's value; of a string, its closing quote. */
    int end(final int member) {
        return ends[member];
    }

    /** Where the last event begins: offsets in errors count from there. */
    int base() {
        return base;
    }

    /**
     * Writes a member's text or number in its canonical form.
     *
     * @return end of it in the target.
     */
    int copy(final int member, final byte[] target, final int at) {
        return isEscaped(member)
                ? JsonText.canonical(text, starts[member], ends[member], target, at)
                : Words.copy(text, starts[member], target, at, ends[member] - starts[member]);
    }

    byte[] text() {
        return text;
    }

    JsonScanner json() {
        return json;
    }

    static String path(final int member) {
        return member < Members.COUNT ? Members.name(member) : SOURCE_PATHS[member - SOURCE_KIND];
    }

    static String[] sourceNames() {
        return SOURCE_NAMES.clone();
    }

    /** Notes a violation, {@code at} being a position in the text. */
    int violated(final Rule rule, final String member, final int at) {
        error.violated(rule, member, at - base);
        return FAILED;
    }

    int malformed(final JsonFault fault, final int at) {
        json.fail(fault, at);
        return malformed();
    }

    private int malformed() {
        error.malformed(json.fault(), json.faultOffset() - base);
        return FAILED;
    }

    /** The event, or its source; returns behind its closing brace. */
    private int object(final int open, final boolean source) {
        int p = json.skipSpace(open + 1);
        if (text[p] == '}') {
            return p + 1;
        }
        while (true) {
            p = member(p, source);
            if (p == FAILED) {
                return FAILED;
            }
            p = json.skipSpace(p);
            if (text[p] != ',') {
                return text[p] == '}' ? p + 1 : malformed(JsonFault.COMMA_EXPECTED, p);
            }
            p = json.skipSpace(p + 1);
        }
    }

    /** One member; returns behind its value. */
    private int member(final int at, final boolean source) {
        final int p = name(at);
        if (p == FAILED) {
            return FAILED;
        }
        final int member =
                source
                        ? findInSource(nameText, nameFrom, nameTo)
                        : Members.find(nameText, nameFrom, nameTo);
        if (member == Members.UNKNOWN) {
            error.violated(
                    Rule.UNKNOWN, source ? "source" : "", nameText, nameFrom, nameTo, at - base);
            return FAILED;
        }
        if (has(member)) {
            return violated(Rule.TWICE, path(member), at);
        }
        given |= 1 << member;
        starts[member] = p;
        return switch (member) {
            case Members.DATA -> data(p);
            case Members.OCCURRED_AT -> occurredAt(p);
            case Members.SOURCE ->
                    text[p] == '{' ? object(p, true) : violated(Rule.OBJECT, "source", p);
            case SOURCE_METADATA -> metadata(p);
            default -> string(member, p);
        };
    }

    /** A member's name, colon and white space; returns the first byte of the value. */
    private int name(final int at) {
        if (text[at] != '"') {
            return malformed(JsonFault.NAME_EXPECTED, at);
        }
        final int end = json.string(at + 1);
        if (end == FAILED) {
            return malformed();
        }
        nameText = text;
        nameFrom = at + 1;
        nameTo = end;
        if (json.isEscaped()) { // rare: a name may be written with escapes, too
            nameText = new byte[end - at + JsonScanner.PADDING];
            nameFrom = 0;
            nameTo = JsonText.canonical(text, at + 1, end, nameText, 0);
        }
        final int colon = json.skipSpace(end + 1);
        return text[colon] == ':'
                ? json.skipSpace(colon + 1)
                : malformed(JsonFault.COLON_EXPECTED, colon);
    }

    private int string(final int member, final int at) {
        if (text[at] != '"') {
            return violated(Rule.STRING, path(member), at);
        }
        final int end = json.string(at + 1);
        if (end == FAILED) {
            return malformed();
        }
        starts[member] = at + 1;
        ends[member] = end;
        escapes |= json.isEscaped() ? 1 << member : 0;
        return end + 1;
    }

    private int data(final int at) {
        final int end = json.value(at, DATA_DEPTH_MAX);
        if (end == FAILED) {
            return malformed();
        }
        starts[Members.DATA] = at;
        ends[Members.DATA] = end;
        dataSpaced = json.isSpaced();
        return end;
    }

    private int occurredAt(final int at) {
        if (text[at] == '"') {
            return string(Members.OCCURRED_AT, at);
        }
        if (text[at] != '-' && (text[at] < '0' || text[at] > '9')) {
            return violated(Rule.OCCURRED_AT, "", at);
        }
        final int end = json.value(at, 0);
        if (end == FAILED) {
            return malformed();
        }
        starts[Members.OCCURRED_AT] = at;
        ends[Members.OCCURRED_AT] = end;
        return end;
    }

    /** An object of strings; its names are compared when it is written. */
    private int metadata(final int at) {
        if (text[at] != '{') {
            return violated(Rule.OBJECT, "source.metadata", at);
        }
        starts[SOURCE_METADATA] = at;
        int count = 0;
        int p = json.skipSpace(at + 1);
        while (text[p] != '}' || count > 0) {
            if (++count > Limits.METADATA_MEMBERS_MAX) {
                return violated(Rule.METADATA_COUNT, "", p);
            }
            final int value = name(p);
            if (value == FAILED) {
                return FAILED;
            }
            if (text[value] != '"') {
                error.violated(
                        Rule.STRING, "source.metadata", nameText, nameFrom, nameTo, value - base);
                return FAILED;
            }
            final int end = json.string(value + 1);
            if (end == FAILED) {
                return malformed();
            }
            p = json.skipSpace(end + 1);
            if (text[p] == '}') {
                break;
            }
            if (text[p] != ',') {
                return malformed(JsonFault.COMMA_EXPECTED, p);
            }
            p = json.skipSpace(p + 1);
        }
        ends[SOURCE_METADATA] = p + 1;
        return p + 1;
    }

    private static int findInSource(final byte[] name, final int from, final int to) {
        final int length = to - from;
        final long head = Words.get(name, from) & Words.mask(Math.min(length, Long.BYTES));
        return switch (length) {
            case 4 -> head == KIND_WORD ? SOURCE_KIND : Members.UNKNOWN;
            case 5 -> head == EVENT_WORD ? SOURCE_EVENT : Members.UNKNOWN;
            case 8 -> head == METADATA_WORD ? SOURCE_METADATA : Members.UNKNOWN;
            default -> Members.UNKNOWN;
        };
    }
}

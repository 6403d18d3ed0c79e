package dev.weft.protocol.event;

import dev.weft.protocol.Limits;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.JsonText;
import dev.weft.protocol.json.Words;

/**
 * Makes a prepared record of one published event: {@link RecordDescriptor#LENGTH} bytes of
 * descriptor in which {@code frameOffset}, {@code frameLength}, {@code timestamp} and {@code
 * bodyOffset} are open, then the body without its closing braces, {@link
 * RecordDescriptor#TIMESTAMP_DIGITS} zeros standing for {@code ts}.
 *
 * <p>Neither allocates nor throws, whatever the input: a refused event is {@link #FAILED} and
 * {@link #error} says why. What was written to the target before a refusal is of no use. One
 * thread.
 */
public final class EventParser {
    /** The event was refused; see {@link #error}. */
    public static final int FAILED = JsonScanner.FAILED;

    /** Bytes that an array must have behind the text in it, and behind the target of a record. */
    public static final int PADDING = JsonScanner.PADDING;

    private static final int FIELDS = Members.STEP_ID + 1;
    private static final Fragment[] BEFORE = new Fragment[FIELDS];

    static {
        BEFORE[Members.ID] = new Fragment("\"id\":\"");
        BEFORE[Members.TYPE] = new Fragment("\",\"ts\":0000000000000000,\"type\":\"");
        for (int member = Members.CATEGORY; member < FIELDS; member++) {
            BEFORE[member] = new Fragment("\",\"" + Members.name(member) + "\":\"");
        }
    }

    private static final Fragment DEFAULT_CATEGORY = new Fragment(EventRules.DEFAULT_CATEGORY);
    private static final Fragment OCCURRED_AT = new Fragment(",\"occurred_at\":");
    private static final Fragment MESSAGE = new Fragment(",\"message\":\"");
    private static final Fragment DATA = new Fragment(",\"data\":");

    /**
     * What a record can be longer than its event: all of the above, an id, the descriptor; rounded
     * up.
     */
    private static final int OVERHEAD = 512;

    private final EventRules rules;
    private final EventIds ids;
    private final ParseError error = new ParseError();
    private final EventScan scan = new EventScan(error);
    private final SourceWriter sourceWriter;
    private byte[] text = new byte[PADDING];
    private int limit;
    private int position;

    public EventParser(final EventRules rules, final EventIds ids) {
        this.rules = rules;
        this.ids = ids;
        sourceWriter = new SourceWriter(scan, rules, error);
    }

    /** Room that the record of an event of {@code length} bytes can need, with padding. */
    public static int recordLengthMax(final int length) {
        return length + OVERHEAD;
    }

    /**
     * Sets the text to parse.
     *
     * @param bytes array with {@link #PADDING} bytes behind {@code end}; {@code bytes[end]} is
     *     overwritten with a NUL.
     */
    public void wrap(final byte[] bytes, final int end) {
        scan.wrap(bytes, end);
        text = bytes;
        limit = end;
    }

    /** First position from {@code at} on that holds no white space; at most the end of the text. */
    public int skipSpace(final int at) {
        return scan.json().skipSpace(at);
    }

    /** Behind the last event that was parsed. */
    public int position() {
        return position;
    }

    /** Why the last event was refused. Valid until the next call. */
    public ParseError error() {
        return error;
    }

    /**
     * Parses an event after which only white space may follow.
     *
     * @param from where it or white space before it begins.
     * @param target array with room for {@link #recordLengthMax} from {@code at} on.
     * @return end of the record in the target, or {@link #FAILED}.
     */
    public int parseOnly(final int from, final byte[] target, final int at) {
        final int end = parse(from, target, at);
        if (end == FAILED) {
            return FAILED;
        }
        final int rest = skipSpace(position);
        return rest == limit ? end : scan.violated(Rule.TRAILING, "", rest);
    }

    /**
     * Parses one event of several. See {@link #parseOnly}; {@link #position} is where the text goes
     * on.
     */
    public int parse(final int from, final byte[] target, final int at) {
        position = scan.scan(from);
        if (position == FAILED) {
            return FAILED;
        }
        if (position - from > Limits.EVENT_LENGTH_MAX) {
            return scan.violated(Rule.EVENT_LENGTH, "", position);
        }
        if (!scan.has(Members.TYPE)) {
            return scan.violated(Rule.REQUIRED, "type", position);
        }
        final int body = at + RecordDescriptor.LENGTH;
        clear(target, at);
        int end = fields(target, at, body);
        end = end == FAILED || !scan.has(Members.OCCURRED_AT) ? end : occurredAt(target, end);
        end = end == FAILED || !scan.has(Members.SOURCE) ? end : sourceWriter.put(target, end);
        end = end == FAILED || !scan.has(Members.MESSAGE) ? end : message(target, end);
        return end == FAILED || !scan.has(Members.DATA) ? end : data(target, at, body, end);
    }

    /** Id to step id, each with its place in the descriptor. */
    private int fields(final byte[] target, final int record, final int body) {
        int end = body;
        for (int member = 0; member < FIELDS; member++) {
            if (member > Members.CATEGORY && !scan.has(member)) {
                continue;
            }
            final int start = BEFORE[member].put(target, end);
            end = field(member, target, start);
            if (end == FAILED) {
                return FAILED;
            }
            final int place = record + RecordDescriptor.ID_OFFSET + member * Integer.BYTES;
            Words.putInt(target, place, start - body | (end - start) << Short.SIZE);
        }
        if (scan.has(Members.ID)) {
            Words.putShort(
                    target,
                    record + RecordDescriptor.FLAGS_OFFSET,
                    (short) RecordDescriptor.FLAG_CALLER_ID);
        }
        target[end] = '"';
        return end + 1;
    }

    private int field(final int member, final byte[] target, final int start) {
        if (!scan.has(member)) {
            return member == Members.ID
                    ? ids.put(target, start)
                    : DEFAULT_CATEGORY.put(target, start);
        }
        final int end = scan.copy(member, target, start);
        return switch (member) {
            case Members.TYPE -> type(target, start, end);
            case Members.CATEGORY ->
                    rules.categories().contains(target, start, end)
                            ? end
                            : refused(Rule.CATEGORY, member, rules.categories().toString());
            case Members.SUBJECT ->
                    Texts.isSubject(target, start, end) ? end : refused(Rule.SUBJECT, member, "");
            default ->
                    Texts.isIdentifier(target, start, end)
                            ? end
                            : refused(Rule.IDENTIFIER, member, Members.name(member));
        };
    }

    private int type(final byte[] target, final int start, final int end) {
        if (!Texts.isType(target, start, end)) {
            return refused(Rule.TYPE, Members.TYPE, "");
        }
        final boolean taken = !rules.isServer() && Texts.isReservedType(target, start, end);
        return taken ? refused(Rule.TYPE_RESERVED, Members.TYPE, "") : end;
    }

    private int occurredAt(final byte[] target, final int at) {
        final int from = scan.start(Members.OCCURRED_AT);
        int start = OCCURRED_AT.put(target, at);
        final boolean quoted = text[from - 1] == '"';
        if (quoted) {
            target[start++] = '"';
        }
        final int end = scan.copy(Members.OCCURRED_AT, target, start);
        final boolean good =
                quoted
                        ? OccurredAt.isTime(target, start, end)
                        : OccurredAt.isMicroseconds(target, start, end);
        if (!good) {
            return refused(Rule.OCCURRED_AT, Members.OCCURRED_AT, "");
        }
        if (quoted) {
            target[end] = '"';
            return end + 1;
        }
        return end;
    }

    private int message(final byte[] target, final int at) {
        final int start = MESSAGE.put(target, at);
        final int end = scan.copy(Members.MESSAGE, target, start);
        final int charactersMax = Limits.MESSAGE_CHARACTERS_MAX;
        if (end - start > charactersMax
                && JsonText.characters(target, start, end) > charactersMax) {
            return refused(Rule.MESSAGE, Members.MESSAGE, "");
        }
        target[end] = '"';
        return end + 1;
    }

    private int data(final byte[] target, final int record, final int body, final int at) {
        final int start = DATA.put(target, at);
        final int from = scan.start(Members.DATA);
        final int to = scan.end(Members.DATA);
        final int end;
        if (scan.isDataSpaced()) {
            end = JsonText.compact(text, from, to, target, start);
        } else {
            System.arraycopy(text, from, target, start, to - from);
            end = start + to - from;
        }
        Words.putInt(target, record + RecordDescriptor.DATA_OFFSET_OFFSET, start - body);
        Words.putInt(target, record + RecordDescriptor.DATA_LENGTH_OFFSET, end - start);
        return end;
    }

    private int refused(final Rule rule, final int member, final String words) {
        return scan.violated(rule, words, scan.start(member));
    }

    private static void clear(final byte[] target, final int record) {
        for (int i = 0; i < RecordDescriptor.LENGTH; i += Long.BYTES) {
            Words.put(target, record + i, 0);
        }
    }
}

package dev.weft.protocol.event;

import dev.weft.protocol.json.JsonFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Why an event was refused. Reused by its parser: valid until the parser's next call. Noting a
 * refusal allocates nothing; the text is made when it is asked for.
 */
public final class ParseError {
    private static final int NAME_LENGTH_MAX = 64;
    private static final int MAX_DISTANCE = 3;

    private final byte[] name = new byte[NAME_LENGTH_MAX];
    private int nameLength;
    private boolean nameCut;
    private Rule rule = Rule.EVENT_OBJECT;
    private JsonFault fault = JsonFault.NONE;
    private String member = "";
    private int offset;

    ParseError() {}

    /** 400, or 413 when the event is too long. */
    public int status() {
        return fault == JsonFault.NONE ? rule.status() : 400;
    }

    /** Where in the event's own bytes it was noticed, from 0. */
    public int offset() {
        return offset;
    }

    /**
     * One sentence that names the member and the rule, for the publisher. Text of the caller in it
     * is cut and escaped.
     */
    public String detail() {
        if (fault != JsonFault.NONE) {
            return "malformed JSON at offset " + offset + ": " + fault.words();
        }
        if (rule == Rule.UNKNOWN) {
            return unknown();
        }
        return rule.text(nameLength == 0 ? member : member + "." + quotedName());
    }

    @Override
    public String toString() {
        return status() + " " + detail();
    }

    void malformed(final JsonFault jsonFault, final int at) {
        fault = jsonFault;
        offset = at;
        nameLength = 0;
    }

    void violated(final Rule violated, final String memberName, final int at) {
        rule = violated;
        member = memberName;
        fault = JsonFault.NONE;
        offset = at;
        nameLength = 0;
    }

    /** With a name from the caller's own bytes, below {@code parent}. */
    void violated(
            final Rule violated,
            final String parent,
            final byte[] text,
            final int from,
            final int to,
            final int at) {
        violated(violated, parent, at);
        nameLength = Math.min(to - from, NAME_LENGTH_MAX);
        nameCut = to - from > NAME_LENGTH_MAX;
        System.arraycopy(text, from, name, 0, nameLength);
    }

    private String unknown() {
        final String prefix = member.isEmpty() ? "" : member + ".";
        final String text = "unknown member " + prefix + quotedName();
        final String raw = new String(name, 0, nameLength, StandardCharsets.UTF_8);
        if (member.isEmpty() && (raw.equals("ts") || raw.equals("seq"))) {
            return text + ": the server sets it (your own time goes into occurred_at)";
        }
        final String[] known = member.isEmpty() ? Members.names() : EventScan.sourceNames();
        String nearest = "";
        int best = MAX_DISTANCE;
        for (final String candidate : known) {
            final int distance = distance(raw, candidate);
            if (distance < best && distance < candidate.length()) {
                best = distance;
                nearest = candidate;
            }
        }
        return nearest.isEmpty()
                ? text + "; known are " + String.join(", ", known)
                : text + "; did you mean " + prefix + nearest + "?";
    }

    /** The name in double quotes, all but printable characters escaped. */
    private String quotedName() {
        final StringBuilder text = new StringBuilder("\"");
        final String raw = new String(name, 0, nameLength, StandardCharsets.UTF_8);
        raw.codePoints().forEach(c -> appendPrintable(text, c));
        return text.append(nameCut ? "…\"" : "\"").toString();
    }

    private static void appendPrintable(final StringBuilder text, final int codePoint) {
        switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    text.append(String.format("\\u%04x", codePoint));
            default -> text.appendCodePoint(codePoint);
        }
    }

    /** Number of single-character changes that make one name of the other (Levenshtein). */
    private static int distance(final String a, final String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            final int[] next = new int[row.length];
            next[0] = i;
            for (int j = 1; j < row.length; j++) {
                final int replaced = row[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                next[j] = Math.min(replaced, Math.min(row[j], next[j - 1]) + 1);
            }
            row = next;
        }
        return row[b.length()];
    }
}

package dev.weft.protocol.event;

import dev.weft.protocol.Limits;
import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.JsonText;
import java.util.Arrays;

/**
 * Writes the {@code source} of a scanned event in canonical form and checks what it says. One
 * thread.
 */
final class SourceWriter {
    private static final int FAILED = JsonScanner.FAILED;
    private static final Fragment KIND = new Fragment(",\"source\":{\"kind\":\"");
    private static final Fragment EVENT = new Fragment(",\"event\":\"");
    private static final Fragment METADATA = new Fragment(",\"metadata\":{");

    private final EventScan scan;
    private final EventRules rules;
    private final ParseError error;
    private final int[] nameStarts = new int[Limits.METADATA_MEMBERS_MAX];
    private final int[] nameEnds = new int[Limits.METADATA_MEMBERS_MAX];

    SourceWriter(final EventScan scan, final EventRules rules, final ParseError error) {
        this.scan = scan;
        this.rules = rules;
        this.error = error;
    }

    /**
     * Writes the member.
     *
     * @return end of it in the target, or {@link JsonScanner#FAILED}.
     */
    int put(final byte[] target, final int at) {
        if (!scan.has(EventScan.SOURCE_KIND)) {
            return scan.violated(Rule.REQUIRED, "source.kind", scan.start(Members.SOURCE));
        }
        int end = kind(target, at);
        end = end == FAILED || !scan.has(EventScan.SOURCE_EVENT) ? end : event(target, end);
        end = end == FAILED || !scan.has(EventScan.SOURCE_METADATA) ? end : metadata(target, end);
        if (end == FAILED) {
            return FAILED;
        }
        target[end] = '}';
        return end + 1;
    }

    private int kind(final byte[] target, final int at) {
        final int start = KIND.put(target, at);
        final int end = scan.copy(EventScan.SOURCE_KIND, target, start);
        if (!rules.sourceKinds().contains(target, start, end)) {
            final boolean reserved = EventRules.isServerKind(target, start, end);
            return scan.violated(
                    reserved ? Rule.SOURCE_KIND_RESERVED : Rule.SOURCE_KIND,
                    rules.sourceKinds().toString(),
                    scan.start(EventScan.SOURCE_KIND));
        }
        target[end] = '"';
        return end + 1;
    }

    private int event(final byte[] target, final int at) {
        final int start = EVENT.put(target, at);
        final int end = scan.copy(EventScan.SOURCE_EVENT, target, start);
        if (!Texts.isIdentifier(target, start, end)) {
            return scan.violated(
                    Rule.IDENTIFIER, "source.event", scan.start(EventScan.SOURCE_EVENT));
        }
        target[end] = '"';
        return end + 1;
    }

    private int metadata(final byte[] target, final int at) {
        final byte[] text = scan.text();
        final JsonScanner json = scan.json();
        int end = METADATA.put(target, at);
        int count = 0;
        int p = json.skipSpace(scan.start(EventScan.SOURCE_METADATA) + 1);
        while (text[p] == '"') {
            final int start = count == 0 ? end : end + 1;
            if (count > 0) {
                target[end] = ',';
            }
            final int nameFrom = p;
            final int nameEnd = json.string(p + 1);
            end = string(p + 1, nameEnd, target, start);
            if (isTaken(target, start + 1, end - 1, count)) {
                error.violated(
                        Rule.TWICE,
                        "source.metadata",
                        target,
                        start + 1,
                        end - 1,
                        nameFrom - scan.base());
                return FAILED;
            }
            nameStarts[count] = start + 1;
            nameEnds[count] = end - 1;
            count++;
            target[end++] = ':';
            p = json.skipSpace(json.skipSpace(nameEnd + 1) + 1); // over the colon
            final int valueEnd = json.string(p + 1);
            end = string(p + 1, valueEnd, target, end);
            p = json.skipSpace(valueEnd + 1);
            p = text[p] == ',' ? json.skipSpace(p + 1) : p;
        }
        target[end] = '}';
        return end + 1;
    }

    private int string(final int from, final int to, final byte[] target, final int at) {
        target[at] = '"';
        final int end = JsonText.canonical(scan.text(), from, to, target, at + 1);
        target[end] = '"';
        return end + 1;
    }

    private boolean isTaken(final byte[] target, final int from, final int to, final int count) {
        for (int i = 0; i < count; i++) {
            if (Arrays.equals(target, nameStarts[i], nameEnds[i], target, from, to)) {
                return true;
            }
        }
        return false;
    }
}

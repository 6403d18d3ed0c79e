package dev.weft.server.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.record.Slices;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Writes envelopes with some members of the event only ({@code fields=}); the sequence is always
 * there. Reads what the server itself has encoded: no white space, members in a fixed order.
 * Stateless; any thread.
 */
public final class EventFields implements ItemWriter {
    /** The parameter. */
    public static final String NAME = "fields";

    private static final String SEQUENCE = "seq";
    private static final String DATA = "data";

    /** Members of an event, in the order in which they stand in it. */
    private static final List<String> MEMBERS =
            List.of(
                    "id",
                    "ts",
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
                    DATA);

    private static final byte[][] NAMES =
            MEMBERS.stream().map(name -> name.getBytes(US_ASCII)).toArray(byte[][]::new);
    private static final int DATA_MEMBER = MEMBERS.indexOf(DATA);
    private static final byte[] SEQUENCE_TEXT = "{\"seq\":".getBytes(US_ASCII);
    private static final byte[] EVENT_TEXT = ",\"event\":{".getBytes(US_ASCII);
    private static final byte[] END_TEXT = {'}', '}'};

    private final boolean[] wanted;
    private final int lastWanted;

    private EventFields(final boolean[] wanted) {
        this.wanted = wanted;
        int last = -1;
        for (int i = 0; i < wanted.length; i++) {
            last = wanted[i] ? i : last;
        }
        lastWanted = last;
    }

    /**
     * Reads the parameter; without it, envelopes are whole.
     *
     * @throws dev.weft.server.http.ProblemException 400 for what is no member.
     */
    public static ItemWriter parse(final QueryParameters query) {
        final List<String> values = query.all(NAME);
        if (values.isEmpty()) {
            return ENVELOPE;
        }
        final boolean[] wanted = new boolean[MEMBERS.size()];
        for (final String value : values) {
            for (final String name : value.split(",", -1)) {
                final int member = MEMBERS.indexOf(name);
                if (member >= 0) {
                    wanted[member] = true;
                } else if (!name.equals(SEQUENCE)) {
                    final List<String> known = new ArrayList<>(MEMBERS);
                    known.add(0, SEQUENCE);
                    throw FilterParser.refused(
                            NAME,
                            "must be members of an event with commas between them: "
                                    + String.join(", ", known));
                }
            }
        }
        return new EventFields(wanted);
    }

    @Override
    public void write(final BlockFlyweight block, final int index, final ByteBuf target) {
        target.writeBytes(SEQUENCE_TEXT);
        target.writeCharSequence(Long.toString(block.firstSequence() + index), US_ASCII);
        target.writeBytes(EVENT_TEXT);
        final DirectBuffer buffer = block.buffer();
        int position = block.bodyOffset(index);
        boolean isFirst = true;
        int member = -1;
        while (member < lastWanted && buffer.getByte(position) == '"') {
            member = member(buffer, position + 1, member + 1);
            final int nameEnd = position + 1 + NAMES[member].length;
            final int valueEnd =
                    member == DATA_MEMBER
                            ? block.dataOffset(index) + block.dataLength(index)
                            : valueEnd(buffer, nameEnd + 2);
            if (wanted[member]) {
                if (!isFirst) {
                    target.writeByte(',');
                }
                isFirst = false;
                Slices.append(buffer, position, valueEnd - position, target);
            }
            position = buffer.getByte(valueEnd) == ',' ? valueEnd + 1 : valueEnd;
        }
        target.writeBytes(END_TEXT);
    }

    /** Which member a name is; none comes before {@code from}. */
    private static int member(final DirectBuffer buffer, final int offset, final int from) {
        for (int member = from; member < NAMES.length; member++) {
            if (isName(buffer, offset, NAMES[member])) {
                return member;
            }
        }
        throw new IllegalStateException("an event with an unknown member: offset=" + offset);
    }

    private static boolean isName(final DirectBuffer buffer, final int offset, final byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (buffer.getByte(offset + i) != name[i]) {
                return false;
            }
        }
        return buffer.getByte(offset + name.length) == '"';
    }

    /** Behind the value that begins at {@code offset}: a string, a number or an object. */
    private static int valueEnd(final DirectBuffer buffer, final int offset) {
        int position = offset;
        int depth = 0;
        while (true) {
            final byte next = buffer.getByte(position);
            switch (next) {
                case '"' -> position = stringEnd(buffer, position + 1);
                case '{', '[' -> {
                    depth++;
                    position++;
                }
                case '}', ']' -> {
                    if (depth == 0) {
                        return position; // of the event: this was a number
                    }
                    depth--;
                    position++;
                }
                case ',' -> {
                    if (depth == 0) {
                        return position;
                    }
                    position++;
                }
                default -> position++;
            }
        }
    }

    /** Behind the closing quote. */
    private static int stringEnd(final DirectBuffer buffer, final int from) {
        int position = from;
        while (buffer.getByte(position) != '"') {
            position += buffer.getByte(position) == '\\' ? 2 : 1;
        }
        return position + 1;
    }
}

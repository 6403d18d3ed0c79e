package dev.weft.server.index;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import org.agrona.DirectBuffer;

/** The members of an event that can be searched by. */
public enum IndexField {
    TYPE(0, "type", RecordDescriptor.TYPE_OFFSET),
    CATEGORY(1, "category", RecordDescriptor.CATEGORY_OFFSET),
    SUBJECT(2, "subject", RecordDescriptor.SUBJECT_OFFSET),
    /** What stands before the slash of the subject. */
    SUBJECT_KIND(3, "subject_kind", RecordDescriptor.SUBJECT_OFFSET),
    CORRELATION_ID(4, "correlation_id", RecordDescriptor.CORRELATION_ID_OFFSET),
    CAUSATION_ID(5, "causation_id", RecordDescriptor.CAUSATION_ID_OFFSET),
    RUN_ID(6, "run_id", RecordDescriptor.RUN_ID_OFFSET),
    STEP_ID(7, "step_id", RecordDescriptor.STEP_ID_OFFSET);

    private static final byte SLASH = '/';

    private final int number;
    private final String parameter;
    private final int descriptorOffset;

    IndexField(final int number, final String parameter, final int descriptorOffset) {
        this.number = number;
        this.parameter = parameter;
        this.descriptorOffset = descriptorOffset;
    }

    /** By which segments know it; from 0 on without a gap, and never another one. */
    public int number() {
        return number;
    }

    /** Name of the event's member, or for the kind of a subject, of what is asked for. */
    public String parameter() {
        return parameter;
    }

    /** First byte of the text of an event, from the block's start. */
    public int offset(final BlockFlyweight block, final int index) {
        return block.fieldOffset(index, descriptorOffset);
    }

    /** Length of the text of an event in bytes, 0 if it has none. */
    public int length(final BlockFlyweight block, final int index) {
        final int length = block.fieldLength(index, descriptorOffset);
        return this == SUBJECT_KIND && length > 0
                ? kindLength(block.buffer(), offset(block, index), length)
                : length;
    }

    private static int kindLength(final DirectBuffer buffer, final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) == SLASH) {
                return i;
            }
        }
        return length;
    }
}

package dev.weft.protocol.frame;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

/**
 * Layout of one record descriptor: where the parts of one event lie inside its frame. One cache
 * line. Offsets in bytes, integers little-endian, shorts unsigned. Source: docs/PROTOCOL.md,
 * "Record descriptor".
 *
 * <pre>
 *  0             4             8           16           20           24           26
 *  | frameOffset | frameLength | timestamp | dataOffset | dataLength | bodyOffset | flags |
 *  28     32       36           40        44            48          52    56     60
 *  | id   | type   | category   | subject | correlation | causation | run | step | reserved |
 * </pre>
 *
 * {@code frameOffset} counts from the block's start, {@code bodyOffset} from the frame's start. The
 * body is what stands between the braces of the member {@code event} in the frame. {@code
 * dataOffset} and the eight fields count from the body's start. Each field is an unsigned short
 * offset and an unsigned short length, of the bytes between the quotes as they stand in the frame
 * (JSON-escaped); length 0 means absent. {@code dataLength} 0 means no data.
 *
 * <p>The frame is {@code id: <seq>\ndata: {"seq":<seq>,"event":{<body>}}\n\n}. The body, members
 * left out when they were not given, is {@code "id":"…","ts":<16
 * digits>,"type":"…","category":"…","subject":"…","correlation_id":"…",
 * "causation_id":"…","run_id":"…","step_id":"…","occurred_at":…,"source":{…},"message":"…","data":…}.
 */
public final class RecordDescriptor {
    public static final int FRAME_OFFSET_OFFSET = 0;
    public static final int FRAME_LENGTH_OFFSET = FRAME_OFFSET_OFFSET + SIZE_OF_INT;
    public static final int TIMESTAMP_OFFSET = FRAME_LENGTH_OFFSET + SIZE_OF_INT;
    public static final int DATA_OFFSET_OFFSET = TIMESTAMP_OFFSET + SIZE_OF_LONG;
    public static final int DATA_LENGTH_OFFSET = DATA_OFFSET_OFFSET + SIZE_OF_INT;
    public static final int BODY_OFFSET_OFFSET = DATA_LENGTH_OFFSET + SIZE_OF_INT;
    public static final int FLAGS_OFFSET = BODY_OFFSET_OFFSET + SIZE_OF_SHORT;
    public static final int ID_OFFSET = FLAGS_OFFSET + SIZE_OF_SHORT;
    public static final int TYPE_OFFSET = ID_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int CATEGORY_OFFSET = TYPE_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int SUBJECT_OFFSET = CATEGORY_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int CORRELATION_ID_OFFSET = SUBJECT_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int CAUSATION_ID_OFFSET = CORRELATION_ID_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int RUN_ID_OFFSET = CAUSATION_ID_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int STEP_ID_OFFSET = RUN_ID_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int RESERVED_OFFSET = STEP_ID_OFFSET + 2 * SIZE_OF_SHORT;
    public static final int LENGTH = RESERVED_OFFSET + SIZE_OF_INT;

    /** Within a field: its offset, then its length. */
    public static final int FIELD_LENGTH_OFFSET = SIZE_OF_SHORT;

    /** The event's id came from the caller, so it takes part in the search for duplicates. */
    public static final int FLAG_CALLER_ID = 1;

    /** Digits of {@code ts} in the body: microseconds since the epoch, from 2001 to 2286. */
    public static final int TIMESTAMP_DIGITS = 16;

    /** From the end of the id's text to the first digit of {@code ts}: <code>","ts":</code>. */
    public static final int TIMESTAMP_AFTER_ID = 7;

    private RecordDescriptor() {}
}

package dev.weft.protocol;

/**
 * Every limit of the wire format in one place. Lengths are in bytes unless the name says
 * characters.
 */
public final class Limits {
    /** Longest event as published, white space included. More is answered 413. */
    public static final int EVENT_LENGTH_MAX = 1_000_000;

    /** Most events in one JSON array. More is answered 413; NDJSON has no such limit. */
    public static final int ARRAY_EVENTS_MAX = 1_000;

    /** Longest JSON array body: the whole array is appended as one block, hence all or nothing. */
    public static final int ARRAY_LENGTH_MAX = 4_000_000;

    /** Deepest nesting of JSON values in one event, the event object itself being depth 1. */
    public static final int JSON_DEPTH_MAX = 64;

    public static final int TYPE_LENGTH_MAX = 128;
    public static final int CATEGORY_LENGTH_MAX = 32;
    public static final int SUBJECT_KIND_LENGTH_MAX = 32;
    public static final int SUBJECT_ID_LENGTH_MAX = 200;

    /** Longest caller's id, correlation, causation, run or step id, in characters (code points). */
    public static final int ID_CHARACTERS_MAX = 128;

    /** Longest message for people, in characters (code points). */
    public static final int MESSAGE_CHARACTERS_MAX = 8_192;

    /** Most members of {@code source.metadata}. */
    public static final int METADATA_MEMBERS_MAX = 64;

    /** Line errors that an NDJSON answer lists one by one; the rest is only counted. */
    public static final int REJECTED_LINES_LISTED_MAX = 100;

    private Limits() {}
}

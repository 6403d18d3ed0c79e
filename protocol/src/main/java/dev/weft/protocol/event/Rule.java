package dev.weft.protocol.event;

import dev.weft.protocol.Limits;

/** What an event can violate. {@code {}} in the text stands for the member's name. */
enum Rule {
    EVENT_OBJECT("an event must be a JSON object"),
    EVENT_LENGTH(413, "an event may have at most " + Limits.EVENT_LENGTH_MAX + " bytes"),
    TRAILING("nothing may follow the event"),
    BYTE_ORDER_MARK("the text must not begin with a byte order mark"),
    UNKNOWN("unknown member {}"),
    TWICE("{} is given twice"),
    STRING("{} must be a string"),
    OBJECT("{} must be an object"),
    REQUIRED("{} is required"),
    IDENTIFIER(
            "{} must be 1 to "
                    + Limits.ID_CHARACTERS_MAX
                    + " characters without control characters"),
    TYPE("type must be a letter and up to 127 of [A-Za-z0-9._:/-]"),
    TYPE_RESERVED(
            "type must not begin with weft. or journal. or be stream.complete: these are the server's own"),
    CATEGORY("category must be one of {}"),
    SUBJECT("subject must be kind/id: kind [a-z][a-z0-9_-]{0,31}, id 1 to 200 of [A-Za-z0-9._:@-]"),
    MESSAGE("message may have at most " + Limits.MESSAGE_CHARACTERS_MAX + " characters"),
    OCCURRED_AT(
            "occurred_at must be an RFC 3339 time with offset, such as 2026-01-31T12:00:00.5Z,"
                    + " or integer microseconds since 1970, 0 to 9007199254740991"),
    SOURCE_KIND("source.kind must be one of {}"),
    SOURCE_KIND_RESERVED("source.kind kernel_api is reserved for server-generated events"),
    METADATA_COUNT("source.metadata may have at most " + Limits.METADATA_MEMBERS_MAX + " members");

    private final int status;
    private final String text;

    Rule(final String text) {
        this(400, text);
    }

    Rule(final int status, final String text) {
        this.status = status;
        this.text = text;
    }

    int status() {
        return status;
    }

    String text(final String member) {
        return text.replace("{}", member);
    }
}

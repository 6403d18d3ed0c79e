package dev.weft.server.agui;

/**
 * One member of an object.
 *
 * @param isRequired whether it has to be there.
 * @param isNullable whether it may be null where it is not required.
 */
record Member(String name, boolean isRequired, boolean isNullable, Rule rule) {
    static Member required(final String name, final Rule rule) {
        return new Member(name, true, false, rule);
    }

    /** May be left out, but must not be null. */
    static Member optional(final String name, final Rule rule) {
        return new Member(name, false, false, rule);
    }

    /** May be left out or null. */
    static Member nullable(final String name, final Rule rule) {
        return new Member(name, false, true, rule);
    }
}

package dev.weft.server.driver.process;

/**
 * Something that a process printed, on its way to the driver.
 *
 * @param text the line, or its beginning.
 * @param length how many bytes it counts for while it waits.
 */
record Printed(Kind kind, String text, int length) {
    /** What it is. */
    enum Kind {
        /** A line of its output. */
        EVENT,
        /** A line of its errors. */
        ERROR_LINE,
        /** A sentence about its output that nobody printed. */
        REMARK
    }
}

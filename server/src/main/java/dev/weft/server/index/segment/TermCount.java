package dev.weft.server.index.segment;

/**
 * A text, and the events of one segment that have it.
 *
 * @param text not to be written to.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record TermCount(byte[] text, int count, int firstOrdinal, int lastOrdinal) {}

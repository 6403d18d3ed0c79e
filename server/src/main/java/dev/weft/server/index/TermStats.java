package dev.weft.server.index;

/**
 * One text that a field has, and the events that have it.
 *
 * @param text as it stands in a frame, JSON-escaped.
 * @param count of events, those that can still be read.
 * @param firstSequence oldest of them.
 * @param lastSequence newest of them.
 */
public record TermStats(String text, long count, long firstSequence, long lastSequence) {}

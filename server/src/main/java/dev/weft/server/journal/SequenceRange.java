package dev.weft.server.journal;

/** Sequences from one to another, both included. */
public record SequenceRange(long from, long to) {}

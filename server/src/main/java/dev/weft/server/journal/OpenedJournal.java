package dev.weft.server.journal;

/** A journal that takes appends, and what was found when it was opened. */
public record OpenedJournal(Journal journal, RecoveryReport report) {}

/**
 * The questions about what has happened, and what they cost: a history of many events, asked over
 * HTTP in open and closed loop, and the same events and questions in SQLite and PostgreSQL.
 */
@NullMarked
package dev.weft.bench.history;

import org.jspecify.annotations.NullMarked;

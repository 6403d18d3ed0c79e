/**
 * Commands of the operator's as what works for sessions: one process for each session that runs.
 * In: what {@link dev.weft.server.driver.SessionDriver} is told, and lines that the processes
 * print. Out: {@link dev.weft.server.driver.DriverEvents}. Threads: {@code weft-drive} decides
 * everything; for each process two threads read its outputs, and one writes to it while there is
 * something to write; a few are borrowed for signals to processes that have to be looked for.
 */
@NullMarked
package dev.weft.server.driver.process;

import org.jspecify.annotations.NullMarked;

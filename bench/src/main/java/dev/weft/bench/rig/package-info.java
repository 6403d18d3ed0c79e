/**
 * How a scenario is run: every server as a process, warm-up, rounds in turn, what a round measures.
 * In: a scenario and the servers; out: a report. One thread.
 */
@NullMarked
package dev.weft.bench.rig;

import org.jspecify.annotations.NullMarked;

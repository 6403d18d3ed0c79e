/**
 * What is kept of a measurement. In go the rounds of a scenario, out comes one folder under
 * perf-results with the claim, the verdict, the command, the environment, the raw histograms and a
 * plot. One thread, after the measurement.
 */
@NullMarked
package dev.weft.bench.report;

import org.jspecify.annotations.NullMarked;

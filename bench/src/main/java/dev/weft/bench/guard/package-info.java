/**
 * The guard of the hot path. In goes a committed baseline, out comes a verdict: short runs of the
 * micro-benchmarks, their time as a ratio to a calibration of the same run, their allocation per
 * invocation as it is.
 */
@NullMarked
package dev.weft.bench.guard;

import org.jspecify.annotations.NullMarked;

package dev.weft.bench.guard;

/**
 * What one benchmark costs.
 *
 * @param timeRatio CPU time per operation by the calibration's of the same run.
 * @param bytes allocated per invocation, on the benchmark's thread.
 */
record Cost(double timeRatio, double bytes) {}

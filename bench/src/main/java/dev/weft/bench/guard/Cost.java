package dev.weft.bench.guard;

/**
 * What one benchmark costs.
 *
 * @param timeRatio time per operation by the calibration's of the same run.
 * @param bytes allocated per invocation, all threads.
 */
record Cost(double timeRatio, double bytes) {}

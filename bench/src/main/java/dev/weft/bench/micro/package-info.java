/**
 * JMH benchmarks of the hot path's parts, each beside a baseline that only moves the bytes and a
 * rival that does the obvious thing. One invocation of a block benchmark counts as one operation
 * per event, so nanoseconds and bytes are per event. {@link dev.weft.bench.micro.MicroMain} runs
 * them with the allocation profiler and writes the report.
 */
@NullMarked
package dev.weft.bench.micro;

import org.jspecify.annotations.NullMarked;

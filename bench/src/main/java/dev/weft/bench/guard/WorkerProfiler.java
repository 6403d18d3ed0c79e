package dev.weft.bench.guard;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * What the benchmark's own thread used, per operation: CPU time, so that others who want the same
 * core do not count, and allocated bytes, so that other threads do not. JMH makes it in the fork.
 */
public final class WorkerProfiler implements InternalProfiler {
    /** Nanoseconds of CPU per operation. */
    static final String CPU = "worker.cpu";

    /** Bytes allocated per operation. */
    static final String ALLOCATION = "worker.alloc";

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long cpuBefore;
    private long bytesBefore;

    /** For JMH. */
    public WorkerProfiler() {}

    @Override
    public String getDescription() {
        return "CPU time and allocation of the benchmark's thread";
    }

    @Override
    public void beforeIteration(final BenchmarkParams benchmark, final IterationParams iteration) {
        final long worker = worker(benchmark);
        cpuBefore = worker < 0 ? 0 : threads.getThreadCpuTime(worker);
        bytesBefore = worker < 0 ? 0 : threads.getThreadAllocatedBytes(worker);
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            final BenchmarkParams benchmark,
            final IterationParams iteration,
            final IterationResult result) {
        final long worker = worker(benchmark);
        final double operations = result.getMetadata().getAllOps();
        return List.of(
                new ScalarResult(
                        CPU,
                        (threads.getThreadCpuTime(worker) - cpuBefore) / operations,
                        "ns/op",
                        AggregationPolicy.AVG),
                new ScalarResult(
                        ALLOCATION,
                        (threads.getThreadAllocatedBytes(worker) - bytesBefore) / operations,
                        "B/op",
                        AggregationPolicy.AVG));
    }

    /** The thread goes by the name of the benchmark; -1 before it is there. */
    private long worker(final BenchmarkParams benchmark) {
        for (final ThreadInfo thread : threads.dumpAllThreads(false, false, 0)) {
            if (thread.getThreadName().startsWith(benchmark.getBenchmark())) {
                return thread.getThreadId();
            }
        }
        return -1;
    }
}

package dev.weft.bench.micro;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that benchmarks run on: of the kind that event loops have, because Netty's pools of
 * buffers and of their views only work there. Made by JMH through its property {@code
 * jmh.executor.class}.
 */
public final class LoopThreads extends ThreadPoolExecutor {
    /**
     * For JMH.
     *
     * @param threadCount threads of the benchmark.
     * @param prefix of their names.
     */
    public LoopThreads(final int threadCount, final String prefix) {
        super(
                threadCount,
                threadCount,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(prefix));
    }
}

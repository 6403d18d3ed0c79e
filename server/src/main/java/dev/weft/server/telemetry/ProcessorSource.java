package dev.weft.server.telemetry;

import org.jspecify.annotations.Nullable;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.TickType;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How busy the cores are. One thread. */
final class ProcessorSource {
    private static final int AVERAGES = 3;

    private final CentralProcessor processor;
    private long[] ticks = {};
    private long[][] coreTicks = {};

    ProcessorSource(final CentralProcessor processor) {
        this.processor = processor;
    }

    /**
     * Shares of the time since the last look: {@code
     * {"busy":0.31,"user":0.2,"system":0.1,"iowait":0.01,"steal":0, "cores":[0.4,0.22]}}; null at
     * the first one.
     */
    @Nullable String load() {
        final long[] now = processor.getSystemCpuLoadTicks();
        final long[][] coresNow = processor.getProcessorCpuLoadTicks();
        final long[] before = ticks;
        final long[][] coresBefore = coreTicks;
        ticks = now;
        coreTicks = coresNow;
        if (before.length == 0 || coresBefore.length != coresNow.length) {
            return null;
        }
        final ObjectNode data = Json.object();
        data.put("busy", Json.share(processor.getSystemCpuLoadBetweenTicks(before, now)));
        data.put("user", share(before, now, TickType.USER, TickType.NICE));
        data.put("system", share(before, now, TickType.SYSTEM, TickType.IRQ, TickType.SOFTIRQ));
        data.put("iowait", share(before, now, TickType.IOWAIT));
        data.put("steal", share(before, now, TickType.STEAL));
        final ArrayNode cores = data.putArray("cores");
        for (final double core : processor.getProcessorCpuLoadBetweenTicks(coresBefore, coresNow)) {
            cores.add(Json.share(core));
        }
        return data.toString();
    }

    /** {@code {"1m":0.5,"5m":0.4,"15m":0.3,"cores":2}}; null where there is no such thing. */
    @Nullable String loadAverage() {
        final double[] averages = processor.getSystemLoadAverage(AVERAGES);
        if (averages.length < AVERAGES || averages[0] < 0) {
            return null;
        }
        final ObjectNode data = Json.object();
        data.put("1m", round(averages[0]));
        data.put("5m", round(averages[1]));
        data.put("15m", round(averages[2]));
        data.put("cores", processor.getLogicalProcessorCount());
        return data.toString();
    }

    private static double share(final long[] before, final long[] now, final TickType... types) {
        long all = 0;
        for (int i = 0; i < now.length; i++) {
            all += now[i] - before[i];
        }
        long some = 0;
        for (final TickType type : types) {
            some += now[type.getIndex()] - before[type.getIndex()];
        }
        return all <= 0 ? 0 : Json.share(some / (double) all);
    }

    private static double round(final double value) {
        return Math.round(value * 100) / 100.0;
    }
}

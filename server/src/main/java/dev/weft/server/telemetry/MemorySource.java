package dev.weft.server.telemetry;

import oshi.hardware.GlobalMemory;
import oshi.hardware.VirtualMemory;
import tools.jackson.databind.node.ObjectNode;

/** How much memory is left. One thread. */
final class MemorySource {
    private final GlobalMemory memory;

    MemorySource(final GlobalMemory memory) {
        this.memory = memory;
    }

    /**
     * In bytes: {@code {"total":…,"available":…,"used_share":0.4,"swap_total":…,"swap_used":…}}.
     */
    String sample() {
        final long total = memory.getTotal();
        final long available = memory.getAvailable();
        final VirtualMemory swap = memory.getVirtualMemory();
        final ObjectNode data = Json.object();
        data.put("total", total);
        data.put("available", available);
        data.put("used_share", total <= 0 ? 0 : Json.share((total - available) / (double) total));
        data.put("swap_total", swap.getSwapTotal());
        data.put("swap_used", swap.getSwapUsed());
        return data.toString();
    }
}

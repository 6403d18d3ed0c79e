package dev.weft.server.telemetry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the network interfaces carry, the loopback one included: this server's own clients may use
 * it. One thread.
 */
final class NetworkSource {
    private static final double MILLIS_PER_SECOND = 1_000.0;
    private static final int REDISCOVER_EVERY = 60;

    private final HardwareAbstractionLayer hardware;
    private List<NetworkIF> interfaces = List.of();
    private final Map<String, Totals> before = new HashMap<>();
    private int sampleCount;

    private record Totals(
            long timeMs, long received, long sent, long packetsIn, long packetsOut, long errors) {}

    NetworkSource(final HardwareAbstractionLayer hardware) {
        this.hardware = hardware;
    }

    /**
     * {@code
     * {"interfaces":[{"name","received_bytes_per_s","sent_bytes_per_s","received_packets_per_s",
     * "sent_packets_per_s","errors_per_s"}]}}.
     */
    String sample() {
        if (sampleCount++ % REDISCOVER_EVERY == 0) {
            interfaces = hardware.getNetworkIFs(true);
        }
        final ObjectNode data = Json.object();
        final ArrayNode list = data.putArray("interfaces");
        for (final NetworkIF each : interfaces) {
            if (each.updateAttributes()) {
                add(each, list);
            }
        }
        return data.toString();
    }

    private void add(final NetworkIF each, final ArrayNode list) {
        final Totals now =
                new Totals(
                        each.getTimeStamp(),
                        each.getBytesRecv(),
                        each.getBytesSent(),
                        each.getPacketsRecv(),
                        each.getPacketsSent(),
                        each.getInErrors() + each.getOutErrors());
        final Totals last = before.put(each.getName(), now);
        if (last == null) {
            return;
        }
        final double seconds = (now.timeMs - last.timeMs) / MILLIS_PER_SECOND;
        list.addObject()
                .put("name", each.getName())
                .put("received_bytes_per_s", Json.rate(last.received, now.received, seconds))
                .put("sent_bytes_per_s", Json.rate(last.sent, now.sent, seconds))
                .put("received_packets_per_s", Json.rate(last.packetsIn, now.packetsIn, seconds))
                .put("sent_packets_per_s", Json.rate(last.packetsOut, now.packetsOut, seconds))
                .put("errors_per_s", Json.rate(last.errors, now.errors, seconds));
    }
}

package dev.weft.server.telemetry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oshi.hardware.HWDiskStore;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.software.os.FileSystem;
import oshi.software.os.OSFileStore;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the disks do and what room they have. One thread. */
final class DiskSource {
    private static final double MILLIS_PER_SECOND = 1_000.0;
    private static final int REDISCOVER_EVERY = 60; // looking for new disks is dear

    private final HardwareAbstractionLayer hardware;
    private final FileSystem fileSystem;
    private List<HWDiskStore> disks = List.of();
    private List<OSFileStore> stores = List.of();
    private final Map<String, Totals> before = new HashMap<>();
    private int sampleCount;

    private record Totals(
            long timeMs, long readBytes, long writtenBytes, long reads, long writes, long busyMs) {}

    DiskSource(final HardwareAbstractionLayer hardware, final FileSystem fileSystem) {
        this.hardware = hardware;
        this.fileSystem = fileSystem;
    }

    /**
     * {@code
     * {"disks":[{"name","read_bytes_per_s","written_bytes_per_s","reads_per_s","writes_per_s","busy"}],
     * "file_systems":[{"mount","total","usable"}]}}.
     */
    String sample() {
        if (sampleCount++ % REDISCOVER_EVERY == 0) {
            disks = hardware.getDiskStores();
            stores = fileSystem.getFileStores(true);
        }
        final ObjectNode data = Json.object();
        final ArrayNode list = data.putArray("disks");
        for (final HWDiskStore disk : disks) {
            if (disk.updateAttributes()) {
                disk(disk, list);
            }
        }
        final ArrayNode systems = data.putArray("file_systems");
        for (final OSFileStore store : stores) {
            if (store.updateAttributes() && store.getTotalSpace() > 0) {
                systems.addObject()
                        .put("mount", store.getMount())
                        .put("total", store.getTotalSpace())
                        .put("usable", store.getUsableSpace());
            }
        }
        return data.toString();
    }

    private void disk(final HWDiskStore disk, final ArrayNode list) {
        final Totals now =
                new Totals(
                        disk.getTimeStamp(),
                        disk.getReadBytes(),
                        disk.getWriteBytes(),
                        disk.getReads(),
                        disk.getWrites(),
                        disk.getTransferTime());
        final Totals last = before.put(disk.getName(), now);
        if (last == null) {
            return;
        }
        final double seconds = (now.timeMs - last.timeMs) / MILLIS_PER_SECOND;
        list.addObject()
                .put("name", disk.getName().replace("/dev/", ""))
                .put("read_bytes_per_s", Json.rate(last.readBytes, now.readBytes, seconds))
                .put("written_bytes_per_s", Json.rate(last.writtenBytes, now.writtenBytes, seconds))
                .put("reads_per_s", Json.rate(last.reads, now.reads, seconds))
                .put("writes_per_s", Json.rate(last.writes, now.writes, seconds))
                .put(
                        "busy",
                        Json.share(
                                (now.busyMs - last.busyMs)
                                        / MILLIS_PER_SECOND
                                        / Math.max(1e-3, seconds)));
    }
}

package dev.weft.server.telemetry;

import dev.weft.protocol.Limits;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import oshi.SystemInfo;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.software.os.OperatingSystem;

/**
 * Reads this host through OSHI. A part that this host does not have, or that cannot be read, is
 * left out after one warning; the others go on. One thread.
 */
final class HostSampler implements Sampler {
    private static final Logger LOG = LoggerFactory.getLogger(HostSampler.class);
    private static final int SUBJECT_ID_LENGTH_MAX = Limits.SUBJECT_ID_LENGTH_MAX;

    private final String hostName;
    private final List<Part> parts;

    HostSampler() {
        final SystemInfo system = new SystemInfo();
        final HardwareAbstractionLayer hardware = system.getHardware();
        final OperatingSystem software = system.getOperatingSystem();
        hostName = subjectId(software.getNetworkParams().getHostName());
        final ProcessorSource processor = new ProcessorSource(hardware.getProcessor());
        final MemorySource memory = new MemorySource(hardware.getMemory());
        final DiskSource disks = new DiskSource(hardware, software.getFileSystem());
        final NetworkSource network = new NetworkSource(hardware);
        parts =
                List.of(
                        new Part("host.cpu", processor::load),
                        new Part("host.load", processor::loadAverage),
                        new Part("host.memory", memory::sample),
                        new Part("host.disk", disks::sample),
                        new Part("host.network", network::sample));
    }

    @Override
    public String hostName() {
        return hostName;
    }

    @Override
    public void sample(final Consumer<Sample> samples) {
        for (final Part part : parts) {
            final String data = part.read();
            if (data != null) {
                samples.accept(new Sample(part.type, data));
            }
        }
    }

    /** A name with everything left out that may not stand in a subject. */
    static String subjectId(final String name) {
        final String clean = name.replaceAll("[^A-Za-z0-9._:@-]", "-");
        return clean.isEmpty()
                ? "localhost"
                : clean.substring(0, Math.min(clean.length(), SUBJECT_ID_LENGTH_MAX));
    }

    /** One part of the host and how to read it. */
    private static final class Part {
        private final String type;
        private final Supplier<@Nullable String> reader;
        private boolean isBroken;

        Part(final String type, final Supplier<@Nullable String> reader) {
            this.type = type;
            this.reader = reader;
        }

        @Nullable String read() {
            if (isBroken) {
                return null;
            }
            try {
                return reader.get();
            } catch (final RuntimeException | LinkageError ex) {
                isBroken = true;
                LOG.warn("no {} on this host: {}", type, ex.toString());
                return null;
            }
        }
    }
}

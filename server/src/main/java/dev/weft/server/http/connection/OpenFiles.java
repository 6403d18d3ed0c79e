package dev.weft.server.http.connection;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many connections the limit of open files leaves room for. */
public final class OpenFiles {
    /** Files that the journal, its readers and the JVM may need besides. */
    private static final int RESERVED = 128;

    private OpenFiles() {}

    /** Most connections at a time, so that no roll file is ever in want of a descriptor. */
    public static long connectionsMax() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean system
                ? connectionsMax(system.getMaxFileDescriptorCount())
                : Long.MAX_VALUE;
    }

    static long connectionsMax(final long filesMax) {
        return Math.max(filesMax / 2, filesMax - RESERVED);
    }
}

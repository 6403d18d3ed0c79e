package dev.weft.bench.rig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM in another process tells of itself. Linux. */
public final class JvmMemory {
    private static final Pattern USED =
            Pattern.compile("(?:def new|tenured|DefNew|Tenured).*?used (\\d+)K");
    private static final long KIB = 1024;

    private final long pid;

    public JvmMemory(final long pid) {
        this.pid = pid;
    }

    /** Bytes of live objects: what a full collection, done now, leaves in the serial heap. */
    public long liveHeap() throws IOException {
        jcmd("GC.run");
        long used = 0;
        final Matcher generation = USED.matcher(jcmd("GC.heap_info"));
        while (generation.find()) {
            used += Long.parseLong(generation.group(1)) * KIB;
        }
        if (used == 0) {
            throw new IOException("not a heap of the serial collector: process " + pid);
        }
        return used;
    }

    /** The tool of the server's own JDK. */
    private String jcmd(final String command) throws IOException {
        final Path java = Path.of("/proc/" + pid + "/exe").toRealPath();
        final Process process =
                new ProcessBuilder(
                                java.resolveSibling("jcmd").toString(),
                                String.valueOf(pid),
                                command)
                        .redirectErrorStream(true)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}

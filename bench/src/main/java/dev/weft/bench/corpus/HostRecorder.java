package dev.weft.bench.corpus;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes what happens on a Linux host to standard output, one event a line: once a second
 * processors, memory, load, network and disks, processes that began and ended, and the three that
 * used the most processor time. Reads {@code /proc} and needs the JDK only, so it also runs as a
 * single file. Names of programs that are not common everywhere are left out, and so is the name of
 * the host.
 */
public final class HostRecorder {
    private static final Path PROC = Path.of("/proc");
    private static final String HOST = "host/recorded";
    private static final long MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that runs Java
    private static final int TOP = 3;
    private static final long SECTOR_LENGTH = 512;
    private static final String WAITING =
            "sleep"; // scripts begin thousands, and nothing happens in them
    private static final Set<String> PROGRAMS =
            Set.of(
                    "java",
                    "bash",
                    "sh",
                    "git",
                    "curl",
                    "cat",
                    "grep",
                    "sed",
                    "awk",
                    "ls",
                    "find",
                    "sort",
                    "tail",
                    "head",
                    "python3",
                    "ssh",
                    "tar",
                    "gzip",
                    "ps",
                    "mvn",
                    "node",
                    "nginx",
                    "redis-server",
                    "timeout",
                    "date",
                    "wc",
                    "cp",
                    "mv",
                    "rm");

    /** One process at one look. */
    private record Usage(int parent, String program, long usedTicks) {}

    private final PrintStream out;
    private Map<Integer, Usage> processes = new HashMap<>();
    private long[] processorTicks = {};
    private long[] networkBytes = {};
    private long[] diskSectors = {};
    private long nowUs;

    private HostRecorder(final PrintStream out) {
        this.out = out;
    }

    /**
     * Records.
     *
     * @param arguments seconds to record.
     */
    public static void main(final String[] arguments) throws Exception {
        final long seconds = Long.parseLong(arguments[0]);
        final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        final HostRecorder recorder = new HostRecorder(out);
        final long beginNs = System.nanoTime();
        for (long second = 0; second <= seconds; second++) {
            final long dueNs = beginNs + TimeUnit.SECONDS.toNanos(second);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, dueNs - System.nanoTime()));
            recorder.look(second == 0);
        }
        out.flush();
    }

    private void look(final boolean isFirst) throws IOException {
        nowUs = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        final long[] ticks = numbers(lines("stat").get(0), 1);
        final long[] network = network();
        final long[] disk = disk();
        final Map<Integer, Usage> now = processes();
        if (!isFirst) {
            tellProcessors(ticks);
            tellMemory();
            final String[] load = lines("loadavg").get(0).split(" ", -1);
            tell(
                    "host.load",
                    HOST,
                    "\"1m\":%s,\"5m\":%s,\"15m\":%s".formatted(load[0], load[1], load[2]));
            tell(
                    "host.network",
                    HOST,
                    "\"received_bytes\":%d,\"sent_bytes\":%d"
                            .formatted(network[0] - networkBytes[0], network[1] - networkBytes[1]));
            tell(
                    "host.disk",
                    HOST,
                    "\"read_bytes\":%d,\"written_bytes\":%d"
                            .formatted(
                                    (disk[0] - diskSectors[0]) * SECTOR_LENGTH,
                                    (disk[1] - diskSectors[1]) * SECTOR_LENGTH));
            tellProcesses(now);
        }
        processorTicks = ticks;
        networkBytes = network;
        diskSectors = disk;
        processes = now;
    }

    private void tellProcessors(final long[] ticks) {
        long all = 0;
        for (int i = 0; i < ticks.length; i++) {
            all += ticks[i] - processorTicks[i];
        }
        final double total = Math.max(1, all);
        tell(
                "host.cpu",
                HOST,
                "\"user\":%.3f,\"system\":%.3f,\"idle\":%.3f,\"iowait\":%.3f"
                        .formatted(
                                (ticks[0] - processorTicks[0]) / total,
                                (ticks[2] - processorTicks[2]) / total,
                                (ticks[3] - processorTicks[3]) / total,
                                (ticks[4] - processorTicks[4]) / total));
    }

    private void tellMemory() throws IOException {
        final StringBuilder data = new StringBuilder();
        for (final String line : lines("meminfo")) {
            final String name = line.substring(0, line.indexOf(':'));
            if (Set.of("MemTotal", "MemAvailable", "Cached", "Dirty").contains(name)) {
                data.append(data.isEmpty() ? "" : ",")
                        .append('"')
                        .append(name)
                        .append("\":")
                        .append(line.replaceAll("\\D+", ""));
            }
        }
        tell("host.memory", HOST, data.toString());
    }

    private void tellProcesses(final Map<Integer, Usage> now) {
        final List<Integer> busy = new ArrayList<>();
        now.forEach(
                (pid, process) -> {
                    final Usage before = processes.get(pid);
                    final String common =
                            "\"pid\":%d,\"program\":\"%s\"".formatted(pid, process.program);
                    if (before == null) {
                        tell(
                                "process.started",
                                "process/" + pid,
                                common + ",\"parent\":" + process.parent);
                    } else if (process.usedTicks > before.usedTicks) {
                        busy.add(pid);
                    }
                });
        processes.forEach(
                (pid, process) -> {
                    if (!now.containsKey(pid)) {
                        tell(
                                "process.ended",
                                "process/" + pid,
                                "\"pid\":%d,\"program\":\"%s\",\"used_ms\":%d"
                                        .formatted(
                                                pid,
                                                process.program,
                                                process.usedTicks * MS_PER_TICK));
                    }
                });
        busy.sort(Comparator.comparingLong(pid -> -used(now, pid)));
        for (final int pid : busy.subList(0, Math.min(TOP, busy.size()))) {
            tell(
                    "process.busy",
                    "process/" + pid,
                    "\"pid\":%d,\"program\":\"%s\",\"used_ms\":%d"
                            .formatted(pid, program(now.get(pid)), used(now, pid) * MS_PER_TICK));
        }
    }

    private long used(final Map<Integer, Usage> now, final int pid) {
        return ticks(now.get(pid)) - ticks(processes.get(pid));
    }

    private static String program(final @Nullable Usage usage) {
        return usage == null ? "other" : usage.program;
    }

    private static long ticks(final @Nullable Usage usage) {
        return usage == null ? 0 : usage.usedTicks;
    }

    private void tell(final String type, final String subject, final String data) {
        out.print(
                "{\"type\":\"%s\",\"category\":\"telemetry\",\"subject\":\"%s\",\"occurred_at\":%d,\"data\":{%s}}\n"
                        .formatted(type, subject, nowUs, data));
    }

    private static Map<Integer, Usage> processes() throws IOException {
        final Map<Integer, Usage> found = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (final Path entry : entries) {
                try {
                    final String stat =
                            Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
                    final String name =
                            stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                    if (name.equals(WAITING)) {
                        continue;
                    }
                    final String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    found.put(
                            Integer.parseInt(entry.getFileName().toString()),
                            new Usage(
                                    Integer.parseInt(rest[1]),
                                    PROGRAMS.contains(name) ? name : "other",
                                    Long.parseLong(rest[11]) + Long.parseLong(rest[12])));
                } catch (final IOException ignored) {
                    // It has ended meanwhile.
                }
            }
        }
        return found;
    }

    private static long[] network() throws IOException {
        final long[] sums = new long[2];
        for (final String line : lines("net/dev")) {
            final int colon = line.indexOf(':');
            if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
                final long[] numbers = numbers(line.substring(colon + 1), 0);
                sums[0] += numbers[0];
                sums[1] += numbers[8];
            }
        }
        return sums;
    }

    private static long[] disk() throws IOException {
        final long[] sums = new long[2];
        for (final String line : lines("diskstats")) {
            final String[] words = line.strip().split(" +", -1);
            sums[0] += Long.parseLong(words[5]);
            sums[1] += Long.parseLong(words[9]);
        }
        return sums;
    }

    private static List<String> lines(final String file) throws IOException {
        return Files.readAllLines(PROC.resolve(file));
    }

    private static long[] numbers(final String line, final int from) {
        final String[] words = line.strip().split(" +", -1);
        final long[] numbers = new long[words.length - from];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Long.parseLong(words[i + from]);
        }
        return numbers;
    }
}

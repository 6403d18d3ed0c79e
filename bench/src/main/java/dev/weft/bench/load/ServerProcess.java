package dev.weft.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own: Weft, or the floor. Ready when it prints its address; stopped
 * by its own process id. Also reads what the kernel counts for it.
 */
final class ServerProcess implements AutoCloseable {
    private static final Pattern READY =
            Pattern.compile("^(?:weft|floor) ready http://[^:]+:(\\d+).*");
    private static final long TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

    private final String name;
    private final Process process;
    private final int port;
    private final long pid;
    private long publishedCount;

    private ServerProcess(final String name, final Process process, final int port) {
        this.name = name;
        this.process = process;
        this.port = port;
        pid = javaProcess(process.toHandle()).pid();
    }

    /**
     * Starts it and waits for its address.
     *
     * @param log gets its error output.
     */
    static ServerProcess start(
            final String name,
            final List<String> command,
            final Map<String, String> environment,
            final Path log)
            throws IOException {
        final ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        final Process process = builder.start();
        final BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null) {
            final Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                final Thread drain =
                        new Thread(() -> output.lines().forEach(ignored -> {}), "rig-stdout");
                drain.setDaemon(true);
                drain.start();
                return new ServerProcess(name, process, Integer.parseInt(ready.group(1)));
            }
            line = output.readLine();
        }
        throw new IOException(
                name + " ended before it was ready, see " + log + ":\n" + Files.readString(log));
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    long pid() {
        return pid;
    }

    /** CPU time that all its threads have used, user and system. Resolution: one tick, 10 ms. */
    double cpuSeconds() throws IOException {
        final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12]))
                / (double) TICKS_PER_SECOND;
    }

    /** Resident memory in bytes: {@code VmRSS}, {@code RssAnon} or {@code RssFile}. */
    long resident(final String field) throws IOException {
        for (final String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(field + ":")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no " + field + " for process " + pid);
    }

    /** Events that the rounds up to now have published to it, where a scenario keeps count. */
    long publishedCount() {
        return publishedCount;
    }

    void published(final long count) {
        publishedCount += count;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and makes it end when it does not. */
    @Override
    public void close() {
        final ProcessHandle server = ProcessHandle.of(pid).orElse(process.toHandle());
        server.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                server.destroyForcibly();
                process.destroyForcibly().waitFor();
            }
        } catch (final InterruptedException ex) {
            server.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** A launcher script may stay in front of the JVM that it starts. */
    private static ProcessHandle javaProcess(final ProcessHandle started) {
        return started.descendants()
                .filter(handle -> handle.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElse(started);
    }
}

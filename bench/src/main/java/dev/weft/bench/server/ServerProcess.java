package dev.weft.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server in a process of its own, with its workers if it has some; stopped by its own process id.
 * Also reads what the kernel counts for it.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("^[a-z0-9-]+ ready http://[^:]+:(\\d+).*");
    private static final long TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux
    private static final long START_LIMIT_NS = 20_000_000_000L;

    private final String name;
    private final Dialect dialect;
    private final List<String> command;
    private final Path log;
    private Process process;
    private final int port;
    private long publishedCount;

    private ServerProcess(
            final String name,
            final Dialect dialect,
            final List<String> command,
            final Path log,
            final Process process,
            final int port) {
        this.name = name;
        this.command = List.copyOf(command);
        this.log = log;
        this.dialect = dialect;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a server that prints {@code <name> ready http://<host>:<port>} and waits for that.
     *
     * @param log gets its error output.
     */
    public static ServerProcess start(
            final String name, final Dialect dialect, final List<String> command, final Path log)
            throws IOException {
        final Process process = process(command, log);
        final BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null) {
            final Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                drain(output);
                return new ServerProcess(
                        name, dialect, command, log, process, Integer.parseInt(ready.group(1)));
            }
            line = output.readLine();
        }
        throw ended(name, log);
    }

    /** Starts a server that prints nothing and waits until it accepts on {@code port}. */
    public static ServerProcess startOn(
            final int port,
            final String name,
            final Dialect dialect,
            final List<String> command,
            final Path log)
            throws IOException {
        final Process process = process(command, log);
        drain(process.inputReader(StandardCharsets.UTF_8));
        final long deadline = System.nanoTime() + START_LIMIT_NS;
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new ServerProcess(name, dialect, command, log, process, socket.getPort());
            } catch (final IOException ex) {
                LockSupport.parkNanos(20_000_000);
            }
        }
        process.destroyForcibly();
        throw ended(name, log);
    }

    /**
     * Starts it again when it has ended, at its port, with its journal, and waits until it is
     * ready; for one that prints that and takes its port from {@code --port}.
     */
    public void startAgain() throws IOException {
        final List<String> again = new ArrayList<>(command);
        again.set(again.indexOf("--port") + 1, String.valueOf(port));
        process = start(name, dialect, again, log).process;
    }

    private static Process process(final List<String> command, final Path log) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private static void drain(final BufferedReader output) {
        final Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), "rig-stdout");
        drain.setDaemon(true);
        drain.start();
    }

    private static IOException ended(final String name, final Path log) throws IOException {
        return new IOException(
                name + " ended before it was ready, see " + log + ":\n" + Files.readString(log));
    }

    public String name() {
        return name;
    }

    public Dialect dialect() {
        return dialect;
    }

    public int port() {
        return port;
    }

    /** Where it keeps what it keeps; of one that was told so by {@code --data-dir}. */
    public Path dataDirectory() {
        return Path.of(command.get(command.indexOf("--data-dir") + 1));
    }

    /** The process that was started; workers have others. */
    public long pid() {
        return process.pid();
    }

    /**
     * CPU time that all its threads and workers have used, user and system. Resolution: one tick,
     * 10 ms.
     */
    public double cpuSeconds() throws IOException {
        double seconds = 0;
        for (final long pid : pids()) {
            final String stat = read(pid, "stat");
            if (!stat.isEmpty()) {
                final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                seconds +=
                        (Long.parseLong(fields[11]) + Long.parseLong(fields[12]))
                                / (double) TICKS_PER_SECOND;
            }
        }
        return seconds;
    }

    /**
     * Resident memory in bytes, workers included: {@code Pss}, {@code Pss_Anon}, {@code Pss_File}
     * or {@code Pss_Shmem}, in which what several processes share counts once; {@code Rss}, {@code
     * Anonymous}.
     */
    public long resident(final String field) throws IOException {
        long bytes = 0;
        for (final long pid : pids()) {
            for (final String line : read(pid, "smaps_rollup").split("\n", -1)) {
                if (line.startsWith(field + ":")) {
                    bytes += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        }
        return bytes;
    }

    /** Resident memory that is its own and no file, in bytes: anonymous and shared. */
    public long ownMemory() throws IOException {
        return resident("Pss_Anon") + resident("Pss_Shmem");
    }

    /** Of Weft that one alone: what it starts are the commands of sessions and jobs. */
    private long[] pids() {
        final Stream<ProcessHandle> workers =
                dialect == Dialect.WEFT ? Stream.empty() : process.descendants();
        return Stream.concat(Stream.of(process.toHandle()), workers)
                .mapToLong(ProcessHandle::pid)
                .toArray();
    }

    private static String read(final long pid, final String file) throws IOException {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (final NoSuchFileException ex) {
            return ""; // a worker that has ended meanwhile
        }
    }

    /** Events that the rounds up to now have published to it, where a scenario keeps count. */
    public long publishedCount() {
        return publishedCount;
    }

    public void published(final long count) {
        publishedCount += count;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it with kill -9, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks it to end, and makes it end when it does not. */
    @Override
    public void close() {
        final List<ProcessHandle> workers = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (final InterruptedException ex) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        workers.forEach(ProcessHandle::destroyForcibly); // none is left of a server that stopped
    }
}

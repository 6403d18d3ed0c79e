package dev.weft.bench.fleet;

import dev.weft.bench.server.Contenders;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A fleet of clients in another process, seen from the rig. One thread. */
public final class FleetProcess implements AutoCloseable {
    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    /**
     * What a fleet says of itself.
     *
     * @param open clients with a stream.
     * @param received frames of all clients.
     * @param last place of the client that is furthest behind.
     * @param refused answers 503.
     * @param lost connections that ended.
     * @param troubles frames that came again, gaps, resets.
     * @param trouble the first of them.
     */
    public record Status(
            int open,
            long received,
            long last,
            long refused,
            long lost,
            long troubles,
            String trouble) {}

    /**
     * What the clients of one group have.
     *
     * @param min fewest frames of one of them.
     * @param max most frames of one of them.
     * @param last place of the one that is furthest behind.
     */
    public record GroupStatus(long min, long max, long last) {}

    /** Starts a fleet; its clients connect within a few seconds. */
    public FleetProcess(
            final int port,
            final int clientCount,
            final String network,
            final String path,
            final int groupCount,
            final long lastEventId,
            final int receiveBufferLength)
            throws IOException {
        final List<String> command = new ArrayList<>(Contenders.java(EventSourceFleet.class));
        command.addAll(
                List.of(
                        String.valueOf(port),
                        String.valueOf(clientCount),
                        network,
                        path,
                        String.valueOf(groupCount),
                        String.valueOf(lastEventId),
                        String.valueOf(receiveBufferLength)));
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Clients that have a stream now. */
    public int openCount() {
        try {
            return status().open();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Place of the client that is furthest behind. */
    public long last() {
        try {
            return status().last();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Fewest frames that a client of the first group has. */
    public long min() {
        try {
            return group(0).min();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    public Status status() throws IOException {
        return askStatus("status");
    }

    /** Has all clients end their connections; {@link #hear} says when they have. */
    public void tellDrop() throws IOException {
        tell("drop");
    }

    /** Has all clients stop reading. */
    public Status stall() throws IOException {
        return askStatus("stall");
    }

    /** Has all clients read again. */
    public Status resume() throws IOException {
        return askStatus("resume");
    }

    public GroupStatus group(final int group) throws IOException {
        tell("group " + group);
        final String[] parts = line().split(" ", -1);
        return new GroupStatus(
                Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    private Status askStatus(final String command) throws IOException {
        tell(command);
        return hear();
    }

    /** What it says after what it was told. */
    public Status hear() throws IOException {
        final String[] parts = line().split(" ", 7);
        return new Status(
                Integer.parseInt(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]),
                parts[6]);
    }

    private void tell(final String command) throws IOException {
        in.write(command);
        in.newLine();
        in.flush();
    }

    private String line() throws IOException {
        final String answer = out.readLine();
        if (answer == null) {
            throw new IOException("a fleet of clients has ended");
        }
        return answer;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}

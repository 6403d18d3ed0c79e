package dev.weft.bench.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes an event to one group of subscribers after the other, slowly, on a thread of its own,
 * and remembers what was acknowledged. An event without an answer is sent again under its id, also
 * to a server that was started anew, so each is in the journal once.
 */
public final class TickPublisher implements AutoCloseable {
    private final int port;
    private final int groupCount;
    private final long intervalNs;
    private final AtomicLongArray counts;
    private final AtomicLongArray lastSequences;
    private final Thread thread = new Thread(this::run, "rig-ticks");
    private volatile boolean isRunning = true;

    public TickPublisher(final int port, final int groupCount, final int eventsPerSecond) {
        this.port = port;
        this.groupCount = groupCount;
        intervalNs = 1_000_000_000L / eventsPerSecond;
        counts = new AtomicLongArray(groupCount);
        lastSequences = new AtomicLongArray(groupCount);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Events of a group that were acknowledged. */
    public long count(final int group) {
        return counts.get(group);
    }

    /** Sequence of the last one. */
    public long lastSequence(final int group) {
        return lastSequences.get(group);
    }

    private void run() {
        final String run = "storm-" + System.nanoTime() + '-';
        long number = 0;
        while (isRunning) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(10_000);
                final BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.ISO_8859_1));
                while (isRunning) {
                    final int group = (int) (number % groupCount);
                    socket.getOutputStream().write(request(run + number, group));
                    final long sequence = sequence(in);
                    counts.incrementAndGet(group);
                    lastSequences.set(group, sequence);
                    number++;
                    LockSupport.parkNanos(intervalNs);
                }
            } catch (final IOException ex) {
                LockSupport.parkNanos(100_000_000); // the server is away: the same event again
            }
        }
    }

    private byte[] request(final String id, final int group) {
        final String body =
                "{\"type\":\"tick\",\"id\":\"%s\",\"subject\":\"group/%d\",\"data\":\"%s\"}"
                        .formatted(id, group, "x".repeat(100));
        return ("POST /events HTTP/1.1\r\nHost: 127.0.0.1:"
                        + port
                        + "\r\nPrefer: return=minimal\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static long sequence(final BufferedReader in) throws IOException {
        final String status = in.readLine();
        if (status == null || !status.startsWith("HTTP/1.1 204")) {
            throw new IOException("not acknowledged: " + status);
        }
        long sequence = -1;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("Weft-Seq: ")) {
                sequence = Long.parseLong(line.substring(10));
            }
        }
        if (sequence < 0) {
            throw new IOException("no sequence in the answer");
        }
        return sequence;
    }

    /** Ends when the event that is under way is acknowledged. */
    public void stop() {
        isRunning = false;
        try {
            thread.join(15_000);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}

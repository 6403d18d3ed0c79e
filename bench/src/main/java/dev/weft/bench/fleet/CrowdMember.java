package dev.weft.bench.fleet;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.SourceAddresses;
import dev.weft.bench.client.Subscriber;
import dev.weft.bench.server.Dialect;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One process of a crowd of subscribers, with source addresses of its own: some get every event of
 * the run, the others wait for a subject that nobody publishes to. It is told what to do by lines
 * on standard input, and answers by lines on standard output.
 *
 * <ul>
 *   <li>at the start: opens all; answers {@code open}
 *   <li>{@code primed <sequence>}: waits until all that get events have that one; answers {@code
 *       primed}
 *   <li>{@code go <first due time, ns> <interval, ns>}: from here on times count and streams
 *       reconnect
 *   <li>{@code end <sequence>}: no further reconnects; waits for that event everywhere; answers
 *       {@code result …} and {@code times …}
 * </ul>
 */
public final class CrowdMember {
    private static final String WANTED = "/events/stream?subject=host%2Fbench";
    private static final String OTHER = "/events/stream?subject=host%2Fnobody";
    private static final int WAIT_S = 60;

    private final LoadClient client;
    private final List<Subscriber> wanted;
    private final List<Subscriber> all;
    private final int reconnectsPerSecond;
    private final Histogram times = new Histogram(3);
    private volatile String line = "";
    private boolean timed;
    private long baseSequence;
    private long startNs;
    private double intervalNs;
    private long reconnectCount;

    private CrowdMember(
            final InetSocketAddress server,
            final SourceAddresses sources,
            final int wantedCount,
            final int otherCount,
            final int reconnectsPerSecond)
            throws IOException {
        this.reconnectsPerSecond = reconnectsPerSecond;
        client = new LoadClient(Dialect.WEFT, server, sources);
        wanted = client.subscribe(wantedCount, -1, WANTED);
        all = new ArrayList<>(wanted);
        all.addAll(client.subscribe(otherCount, -1, OTHER));
        wanted.forEach(subscriber -> subscriber.listener(this::onFrames));
    }

    /**
     * Runs one.
     *
     * @param args port, source network, subscribers that get events, others, reconnects per second.
     */
    public static void main(final String[] args) throws IOException {
        final CrowdMember member =
                new CrowdMember(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                        new SourceAddresses(args[1]),
                        Integer.parseInt(args[2]),
                        Integer.parseInt(args[3]),
                        Integer.parseInt(args[4]));
        member.run();
    }

    private void run() throws IOException {
        final Thread input = new Thread(this::readLines, "crowd-input");
        input.setDaemon(true);
        input.start();
        System.out.println("open");
        baseSequence = Long.parseLong(awaitLine("primed")[1]);
        awaitSequence(baseSequence);
        System.out.println("primed");
        final String[] go = awaitLine("go");
        startNs = Long.parseLong(go[1]);
        intervalNs = Double.parseDouble(go[2]);
        timed = true;
        reconnectUntilTold();
        awaitSequence(Long.parseLong(awaitLine("end")[1]));
        result();
        client.close();
    }

    private void readLines() {
        final BufferedReader reader =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        reader.lines().forEach(next -> line = next);
        System.exit(1); // whoever started it is gone
    }

    private String[] awaitLine(final String command) throws IOException {
        client.await(command, 4 * WAIT_S, () -> line.startsWith(command));
        return line.split(" ", -1);
    }

    private void awaitSequence(final long sequence) throws IOException {
        client.await(
                "event " + sequence,
                WAIT_S,
                () ->
                        wanted.stream()
                                .allMatch(
                                        subscriber ->
                                                subscriber.frames().nextSequence() > sequence));
    }

    private void onFrames(final long first, final long end) {
        if (timed) {
            final long now = System.nanoTime();
            for (long sequence = first; sequence < end; sequence++) {
                final double due = startNs + (sequence - baseSequence - 1) * intervalNs;
                times.recordValue(Math.max(0, now - (long) due));
            }
        }
    }

    /**
     * Every stream in turn, evenly over time; one that is open is closed and comes back at once.
     */
    private void reconnectUntilTold() throws IOException {
        int turn = 0;
        while (!line.startsWith("end")) {
            final long due = (long) ((System.nanoTime() - startNs) / 1e9 * reconnectsPerSecond);
            while (reconnectCount < due && reconnectsPerSecond > 0) {
                final Subscriber subscriber = all.get(turn++ % all.size());
                final boolean wants = subscriber.frames().nextSequence() > 0;
                client.reconnect(
                        subscriber,
                        wants ? WANTED : OTHER,
                        wants ? subscriber.frames().nextSequence() - 1 : -1);
                reconnectCount++;
            }
            client.poll(1);
        }
        client.await("the last heads", WAIT_S, this::isEveryStreamOpen);
    }

    private boolean isEveryStreamOpen() {
        return all.stream().noneMatch(subscriber -> subscriber.frames().isWaiting());
    }

    private void result() {
        long received = 0;
        for (final Subscriber subscriber : wanted) {
            received += subscriber.frames().receivedCount();
        }
        final List<String> violations = client.violations();
        final ByteBuffer bytes = ByteBuffer.allocate(times.getNeededByteBufferCapacity());
        final int length = times.encodeIntoCompressedByteBuffer(bytes);
        System.out.println(
                "times "
                        + Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
        System.out.printf(
                "result %d %d %d %s%n",
                received,
                client.receivedCount() - received,
                reconnectCount,
                violations.isEmpty() ? "" : violations.get(0).replace('\n', ' '));
    }
}

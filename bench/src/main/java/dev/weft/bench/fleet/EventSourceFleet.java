package dev.weft.bench.fleet;

import dev.weft.bench.client.SourceAddresses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Many {@link EventSourceClient}s in a process of their own, on one thread and one selector, from
 * source addresses of its own. {@link FleetProcess} starts it and talks to it: a command per line
 * on standard input, an answer per line on standard output.
 */
final class EventSourceFleet {
    private static final int READ_BUFFER_LENGTH = 256 * 1024;
    private static final long SPREAD_NS = 4_000_000_000L; // of the first connections

    /** A client that comes back at a time. */
    private record Return(EventSourceClient client, long dueNs) {}

    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BUFFER_LENGTH);
    private final UnsafeBuffer view = new UnsafeBuffer(buffer);
    private final Consumer<SelectionKey> onReady = this::ready;
    private final List<EventSourceClient> clients = new ArrayList<>();
    private final List<Integer> groups = new ArrayList<>();
    private final PriorityQueue<Return> returns =
            new PriorityQueue<>(Comparator.comparingLong(Return::dueNs));
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final int receiveBufferLength;
    private long refusedCount;
    private long lostCount;
    private boolean isRunning = true;

    private EventSourceFleet(final int receiveBufferLength) throws IOException {
        selector = Selector.open();
        this.receiveBufferLength = receiveBufferLength;
    }

    /**
     * Runs a fleet until it is told to quit.
     *
     * @param args port, number of clients, source network, path ({@code %d} stands for the group),
     *     number of groups, Last-Event-ID to begin with, receive buffer in bytes (0: the system's).
     */
    public static void main(final String[] args) throws IOException {
        final EventSourceFleet fleet = new EventSourceFleet(Integer.parseInt(args[6]));
        fleet.add(args);
        final Thread reader = new Thread(fleet::readCommands, "rig-commands");
        reader.setDaemon(true);
        reader.start();
        fleet.run();
    }

    private void add(final String[] args) throws IOException {
        final InetSocketAddress server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        final SourceAddresses sources = new SourceAddresses(args[2]);
        final int count = Integer.parseInt(args[1]);
        final int groupCount = Integer.parseInt(args[4]);
        final long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            final int group = i % groupCount;
            final EventSourceClient client =
                    new EventSourceClient(
                            this,
                            server,
                            sources,
                            args[3].replace("%d", String.valueOf(group)),
                            Long.parseLong(args[5]));
            clients.add(client);
            groups.add(group);
            returns.add(new Return(client, startNs + SPREAD_NS / count * i));
        }
    }

    private void readCommands() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                selector.wakeup();
            }
        } catch (final IOException ex) {
            System.err.println(ex);
        }
        commands.add("quit"); // the rig is gone
        selector.wakeup();
    }

    private void run() throws IOException {
        while (isRunning) {
            final long nowNs = System.nanoTime();
            Return next = returns.peek();
            while (next != null && next.dueNs() - nowNs <= 0) {
                returns.poll();
                next.client().connect(selector);
                next = returns.peek();
            }
            final long waitMs =
                    next == null ? 100 : Math.max(1, (next.dueNs() - nowNs) / 1_000_000);
            selector.select(onReady, Math.min(100, waitMs));
            for (String command = commands.poll(); command != null; command = commands.poll()) {
                System.out.println(answer(command.split(" ", -1)));
            }
        }
    }

    private String answer(final String[] command) {
        switch (command[0]) {
            case "drop" -> clients.forEach(EventSourceClient::drop);
            case "stall" -> clients.forEach(client -> client.stalled(true));
            case "resume" -> clients.forEach(client -> client.stalled(false));
            case "group" -> {
                return group(Integer.parseInt(command[1]));
            }
            case "quit" -> isRunning = false;
            default -> {} // status
        }
        return status();
    }

    private String status() {
        long open = 0;
        long received = 0;
        long troubles = 0;
        long last = Long.MAX_VALUE;
        String trouble = "";
        for (final EventSourceClient client : clients) {
            open += client.isOpen() ? 1 : 0;
            received += client.receivedCount();
            troubles += client.troubleCount();
            last = Math.min(last, client.lastEventId());
            trouble = trouble.isEmpty() && client.troubleCount() > 0 ? client.trouble() : trouble;
        }
        return "%d %d %d %d %d %d %s"
                .formatted(open, received, last, refusedCount, lostCount, troubles, trouble);
    }

    /** Fewest and most frames of a client of a group, and the place of the one furthest behind. */
    private String group(final int group) {
        long min = Long.MAX_VALUE;
        long max = 0;
        long last = Long.MAX_VALUE;
        for (int i = 0; i < clients.size(); i++) {
            if (groups.get(i) == group) {
                min = Math.min(min, clients.get(i).receivedCount());
                max = Math.max(max, clients.get(i).receivedCount());
                last = Math.min(last, clients.get(i).lastEventId());
            }
        }
        return min + " " + max + " " + last;
    }

    private void ready(final SelectionKey key) {
        final EventSourceClient client = (EventSourceClient) key.attachment();
        if (key.isConnectable()) {
            client.onConnectable();
        } else if (key.isReadable()) {
            client.onReadable(buffer, view);
        }
    }

    int receiveBufferLength() {
        return receiveBufferLength;
    }

    void onOpen(final EventSourceClient client) {
        if (client.isStalled()) {
            client.stalled(true);
        }
    }

    void onRefused() {
        refusedCount++;
    }

    void onLost(final EventSourceClient client, final long waitMs) {
        lostCount++;
        returns.add(new Return(client, System.nanoTime() + waitMs * 1_000_000));
    }
}

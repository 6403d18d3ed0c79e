package dev.weft.bench.history;

import dev.weft.bench.client.PlainLink;
import dev.weft.bench.server.ServerProcess;
import dev.weft.server.index.segment.FileSegment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fills a server with the mix up to a number of events, as far as its journal does not have them
 * from an earlier run, and says what that took. One thread.
 */
final class Filling {
    static final String INSERTED = "inserted events/s";
    static final String SIZE = "bytes on disk per event";
    static final String INDEX_TERM = "index bytes per event and term";

    private static final int LINES = 10_000;
    private static final int CHECKED = 16; // queries whose totals are counted here, too
    private static final long INDEX_WAIT_MAX_NS = 600_000_000_000L;
    private static final Pattern HEAD = Pattern.compile("\"head\":(\\d+)");

    private final ServerProcess server;
    private final long eventCount;

    /**
     * @param eventCount a multiple of 10,000.
     */
    Filling(final ServerProcess server, final long eventCount) {
        this.server = server;
        this.eventCount = eventCount;
    }

    /** Fills it; what there is to say of that. */
    Map<String, Double> fill() throws IOException {
        final Map<String, Double> values = new LinkedHashMap<>();
        final long head = head();
        if (head < eventCount) {
            values.put(INSERTED, insert(head));
            final long beforeNs = System.nanoTime();
            try (PageLink link = new PageLink(server.port())) {
                awaitAnswer(link, PageLink.request(PageQuery.ALL.path(0), ""));
                if (link.total() != eventCount) {
                    throw new IOException("only %d events are found".formatted(link.total()));
                }
            }
            values.put(
                    "index complete after the last insert, s",
                    (System.nanoTime() - beforeNs) / 1e9);
        }
        server.published(Math.max(head, eventCount));
        values.put(SIZE, size(server.dataDirectory()) / (double) server.publishedCount());
        return values;
    }

    private long head() throws IOException {
        try (PageLink link = new PageLink(server.port())) {
            link.ask(PageLink.request("/health", ""));
            final Matcher head = HEAD.matcher(link.body());
            if (!head.find()) {
                throw new IOException("no head: " + link.body());
            }
            return Long.parseLong(head.group(1));
        }
    }

    /** Events a second; making them does not count. */
    private double insert(final long head) throws IOException {
        final long startNs = System.nanoTime();
        long makingNs = 0;
        for (long first = head + 1; first <= eventCount; first += LINES) {
            final int count = (int) Math.min(LINES, eventCount - first + 1);
            final long beforeNs = System.nanoTime();
            final byte[] request = Arrivals.request(server.port(), first, count);
            makingNs += System.nanoTime() - beforeNs;
            send(server.port(), request, count);
        }
        return (eventCount - head) * 1e9 / (System.nanoTime() - startNs - makingNs);
    }

    /** Publishes so many events of the mix. */
    static void send(final int port, final long first, final int count) throws IOException {
        send(port, Arrivals.request(port, first, count), count);
    }

    private static void send(final int port, final byte[] request, final int count)
            throws IOException {
        try (PlainLink link =
                new PlainLink(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), request)) {
            link.send();
            link.await(0);
            if (link.answers().acceptedCount() != count) {
                throw new IOException("not taken: " + link.answers().trouble());
            }
        }
    }

    /** A page comes when everything before it is indexed; until then it is refused. */
    static void awaitAnswer(final PageLink link, final byte[] request) throws IOException {
        final long endNs = System.nanoTime() + INDEX_WAIT_MAX_NS;
        while (true) {
            try {
                link.ask(request);
                return;
            } catch (final IOException ex) {
                final boolean isIndexed = !String.valueOf(ex.getMessage()).contains(" 503 ");
                if (System.nanoTime() - endNs > 0 || isIndexed) {
                    throw ex;
                }
            }
        }
    }

    private static long size(final Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    /**
     * What the index takes in files. A segment that still grows lies in memory, so fewer than a
     * million events have none.
     */
    Map<String, Double> indexSize() throws IOException {
        final Map<String, Double> values = new LinkedHashMap<>();
        final Path index = server.dataDirectory().resolve("index");
        if (!Files.isDirectory(index)) {
            return values;
        }
        long bytes = 0;
        long events = 0;
        try (Stream<Path> all = Files.list(index)) {
            for (final Path file :
                    all.filter(path -> path.toString().endsWith(".segment")).toList()) {
                try (FileSegment segment = FileSegment.open(file)) {
                    bytes += segment.length();
                    events += segment.count();
                }
            }
        }
        if (events == 0) {
            return values;
        }
        long terms = 0;
        for (long number = 1; number <= LINES; number++) {
            terms += EventMix.at(number).termCount();
        }
        values.put("index bytes per event", bytes / (double) events);
        values.put(INDEX_TERM, bytes * (double) LINES / events / terms);
        return values;
    }

    /** Some totals against a count of the mix itself. */
    List<String> check() throws IOException {
        final List<String> found = new ArrayList<>();
        final List<PageQuery> queries = PageQuery.mix().subList(0, CHECKED);
        final long[] totals = new long[CHECKED];
        for (long number = 1; number <= eventCount; number++) {
            final MixEvent event = EventMix.at(number);
            for (int i = 0; i < CHECKED; i++) {
                totals[i] += queries.get(i).matches(event) ? 1 : 0;
            }
        }
        try (PageLink link = new PageLink(server.port())) {
            for (int i = 0; i < CHECKED; i++) {
                final String path = queries.get(i).path(0) + "&before=" + (eventCount + 1);
                link.ask(PageLink.request(path, ""));
                if (link.total() != totals[i]) {
                    found.add(
                            "%s: total %d instead of %d"
                                    .formatted(queries.get(i), link.total(), totals[i]));
                }
            }
        }
        return found;
    }
}

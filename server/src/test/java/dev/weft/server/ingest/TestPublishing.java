package dev.weft.server.ingest;

import dev.weft.protocol.event.EventRules;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.counters.HttpCounters;
import dev.weft.server.http.RequestGuard;
import dev.weft.server.http.RouteTable;
import dev.weft.server.http.connection.HttpServer;
import dev.weft.server.http.connection.OriginRules;
import dev.weft.server.http.connection.RawClient;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.http.connection.TransportSelection;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.DuplicateWindow;
import dev.weft.server.sequencer.ForceAgent;
import dev.weft.server.sequencer.LocalInbox;
import dev.weft.server.sequencer.Sequencer;
import dev.weft.server.sequencer.SequencerCounters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Publishing over real HTTP, with a real sequencer and a journal in memory; the sequencer can be
 * held back.
 */
final class TestPublishing implements AutoCloseable {
    static final long TIME = 1_763_631_234_567_890L;

    final MemoryJournal journal = new MemoryJournal();
    final IngestLoop ingest;
    final LocalInbox inbox;
    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final Sequencer sequencer;
    private final ForceAgent forcing = new ForceAgent(64, journal, SequencerCounters.NONE);
    private final HttpServer server;
    private final InetSocketAddress address;
    private final Signal work = this::wake;
    private volatile boolean held;

    TestPublishing() {
        this(TransportSelection.best().transport());
    }

    TestPublishing(final Transport transport) {
        this(
                transport,
                new IngestConfig(EventRules.forCallers(List.of(), List.of()), false, 64, 8_000_000),
                64);
    }

    TestPublishing(final IngestConfig config, final int inboxCapacity) {
        this(TransportSelection.best().transport(), config, inboxCapacity);
    }

    TestPublishing(final Transport transport, final IngestConfig config, final int inboxCapacity) {
        loops = transport.newLoops(1);
        loop = loops.next();
        inbox = new LocalInbox(inboxCapacity, work, () -> TIME);
        sequencer =
                new Sequencer(
                        inbox,
                        journal,
                        new BlockRing(1 << 24, 1),
                        new DuplicateWindow(64),
                        forcing,
                        new Sequencer.Signals(work, () -> {}, () -> {}, work),
                        SequencerCounters.NONE);
        ingest =
                new IngestLoop(
                        config,
                        inbox,
                        this::lookUp,
                        work,
                        ByteBufAllocator.DEFAULT,
                        () -> TIME / 1000);
        final PublishRoute route = new PublishRoute(ingest);
        final RouteTable routes =
                RouteTable.builder()
                        .add(HttpMethod.POST, "/events", route)
                        .add(HttpMethod.POST, "/events/publish", route)
                        .build();
        server =
                new HttpServer(
                        transport,
                        loops,
                        each -> routes,
                        each -> new HttpCounters(),
                        new OriginRules(true, List.of()),
                        RequestGuard.OPEN);
        address = server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    RawClient connect() throws IOException {
        return new RawClient(address);
    }

    /** Whether the sequencer stands still. */
    void held(final boolean isHeld) {
        held = isHeld;
        work.signal();
    }

    /** All events of the journal, as they stand in their frames. */
    List<String> events() {
        final List<String> events = new ArrayList<>();
        final BlockFlyweight block = new BlockFlyweight();
        try (JournalReader reader = journal.newReader()) {
            reader.seek(1);
            while (reader.next(block) == JournalReader.BLOCK) {
                for (int i = 0; i < block.count(); i++) {
                    final byte[] frame = new byte[block.frameLength(i)];
                    block.buffer().getBytes(block.frameOffset(i), frame);
                    final String text = new String(frame, StandardCharsets.UTF_8);
                    events.add(text.substring(text.indexOf("data: ") + 6, text.length() - 2));
                }
            }
        }
        return events;
    }

    /** A request with its body, in Latin-1 as the client sends it. */
    static String post(final String headers, final String body) {
        return "POST /events HTTP/1.1\r\nHost: localhost\r\n"
                + headers
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    static String chunked(final String headers, final String... chunks) {
        final StringBuilder request =
                new StringBuilder(
                                "POST /events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n")
                        .append(headers)
                        .append("\r\n");
        for (final String chunk : chunks) {
            request.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return request.append("0\r\n\r\n").toString();
    }

    /** Text as the client has to be given it so that it sends UTF-8. */
    static String utf8(final String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private void wake() {
        loop.execute(this::work);
    }

    private void work() {
        if (!held && sequencer.doWork() > 0) {
            work.signal();
        }
        forcing.doWork();
        ingest.doWork();
    }

    private boolean lookUp(
            final long sequence, final EventLoop asking, final OriginalLookup.Receiver receiver) {
        asking.execute(() -> receiver.onOriginal(read(sequence)));
        return true;
    }

    private ByteBuf read(final long sequence) {
        return ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, events().get((int) sequence - 1));
    }

    @Override
    public void close() {
        server.stopAccepting();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}

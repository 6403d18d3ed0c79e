package dev.weft.server.query.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.SilentExchange;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.engine.EventBlocks;
import dev.weft.server.index.engine.IndexHarness;
import dev.weft.server.journal.Lease;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.query.History;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.FakeSocket;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that read slowly or not at all, with a clock and a socket that the test moves. */
class ExportTest {
    private static final Scope.Parser SCOPES =
            new Scope.Parser(new FilterParser(Set.of("system")), () -> EventBlocks.START_US);
    private static final String EVENT = "{\"type\":\"a\",\"data\":\"" + "x".repeat(800) + "\"}";
    private static final int FEW = 100; // less than a chunk
    private static final int MANY = 3_000;

    @TempDir private Path directory;
    private final MemoryJournal journal = new MemoryJournal();
    private final Asked asked = new Asked();
    private final FakeSocket socket = new FakeSocket(asked);
    private IndexHarness harness;
    private History history;

    @BeforeEach
    void start() {
        harness = new IndexHarness(journal, directory, 1 << 16);
        history = new History(journal, harness.index());
        socket.freezeTime();
    }

    @AfterEach
    void stop() {
        socket.close();
        history.onClose();
        harness.close();
    }

    /** Begins one of so many events; nothing of it is read yet. */
    private void begin(final int count) throws Exception {
        new EventBlocks(journal).appendMany(count, 50, EVENT);
        harness.settle();
        Export.begin(
                asked,
                ExportWish.parse(QueryParameters.of(List.of()), SCOPES),
                history,
                journal,
                new HashSet<>());
        work();
        assertThat(socket.isOpen()).isTrue();
        assertThat(history.budget().used()).isPositive();
    }

    private void work() {
        socket.runPendingTasks();
        while (history.doWork() > 0) {
            socket.runPendingTasks();
        }
        socket.runPendingTasks();
    }

    /** Lets so many times five seconds pass in which the client reads so many bytes each. */
    private void pass(final int looks, final long length) {
        for (int i = 0; i < looks && socket.isOpen(); i++) {
            socket.advanceTimeBy(5, TimeUnit.SECONDS);
            socket.runScheduledPendingTasks();
            socket.read(length);
            work();
        }
    }

    /** Somebody is refused what this one holds. */
    private void makeShort() {
        assertThat(history.budget().take((int) (64L << 20))).isFalse();
    }

    @Test
    void shouldCloseWhoReadsNothingWhileOthersWait() throws Exception {
        begin(MANY);
        makeShort();
        pass(6, 0);
        assertThat(socket.isOpen()).isTrue();
        pass(1, 0);
        assertThat(socket.isOpen()).isFalse();
        work();
        assertThat(history.budget().used()).isZero();
        assertThat(history.budget().holders()).isZero();
    }

    @Test
    void shouldWaitForWhoReadsNothingWhileNobodyMissesIt() throws Exception {
        begin(MANY);
        pass(100, 0);
        assertThat(socket.isOpen()).isTrue();
        socket.read(Long.MAX_VALUE);
        work();
        assertThat(new String(socket.received(), UTF_8))
                .contains("{\"seq\":" + MANY + ",")
                .endsWith("\r\n0\r\n\r\n");
        assertThat(socket.isOpen()).isFalse();
    }

    /** Of a chunk that takes it minutes. */
    @Test
    void shouldLeaveOpenWhoReadsSlowlyWhileOthersWait() throws Exception {
        begin(MANY);
        makeShort();
        pass(30, 1_000);
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void shouldCloseWhoReadsNothingOfTheEndWhileOthersWait() throws Exception {
        begin(FEW);
        makeShort();
        pass(7, 0);
        assertThat(socket.isOpen()).isFalse();
        work();
        assertThat(history.budget().used()).isZero();
    }

    @Test
    void shouldLetGoWhatRetentionWaitsForWhenTheClientIsGone() throws Exception {
        begin(MANY);
        assertThat(journal.leasedFrom()).isBetween(1L, (long) MANY);
        asked.onClose(socket);
        work();
        assertThat(journal.leasedFrom()).isEqualTo(Lease.NONE);
    }

    @Test
    void shouldCloseWhoKeepsADeletedFile() throws Exception {
        begin(MANY);
        journal.trim(MANY);
        pass(7, 0);
        assertThat(socket.isOpen()).isFalse();
    }

    /** The request, and what is told about its connection. */
    private final class Asked extends SilentExchange implements Exchange.StreamHandler {
        private @Nullable StreamHandler handler;

        @Override
        public EventLoop eventLoop() {
            return socket.eventLoop();
        }

        @Override
        public void stream(final ByteBuf head, final StreamHandler stream) {
            handler = stream;
            socket.write(head);
            stream.onOpen(socket);
        }

        private StreamHandler handler() {
            return Objects.requireNonNull(handler);
        }

        @Override
        public void onOpen(final Channel channel) {
            throw new AssertionError("told by the export itself");
        }

        @Override
        public void onWritabilityChanged(final Channel channel) {
            handler().onWritabilityChanged(channel);
        }

        @Override
        public void onInbound(final Channel channel, final ByteBuf bytes) {
            handler().onInbound(channel, bytes);
        }

        @Override
        public void onClose(final Channel channel) {
            handler().onClose(channel);
        }
    }
}

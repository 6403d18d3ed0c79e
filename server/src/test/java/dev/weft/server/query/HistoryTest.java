package dev.weft.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.index.Counting;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Selection;
import dev.weft.server.index.TermPage;
import dev.weft.server.journal.Lease;
import dev.weft.server.journal.MemoryJournal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose turn it is on the query thread, driven by hand. */
class HistoryTest {
    private final FakeIndex index = new FakeIndex();
    private final List<String> answered = new ArrayList<>();
    private long nowNs = 1;
    private final History history =
            new History(new MemoryJournal(), index, 2L * History.READ_LENGTH_MAX, () -> nowNs);

    private FakeRead offer(final String name, final long head, final int steps) {
        final FakeRead read = new FakeRead(name, head, steps);
        assertThat(history.offer(read)).isTrue();
        return read;
    }

    private void work() {
        while (history.doWork() > 0) {
            assertThat(answered).hasSizeLessThan(100);
        }
    }

    @Test
    void shouldWaitForTheIndexAndLetOthersGoFirst() {
        index.indexed = 3;
        offer("new", 5, 1);
        offer("newer", 6, 1);
        offer("old", 3, 1);
        offer("needs none", 0, 1);
        work();
        assertThat(answered).containsExactly("old READ", "needs none READ");
        index.indexed = 5;
        work();
        assertThat(answered.subList(2, answered.size())).containsExactly("new READ");
        index.indexed = 7;
        work();
        assertThat(answered.subList(3, answered.size())).containsExactly("newer READ");
    }

    @Test
    void shouldRefuseWhoWaitsTooLongForTheIndex() {
        offer("new", 5, 1);
        work();
        nowNs += TimeUnit.SECONDS.toNanos(3);
        work();
        assertThat(answered).isEmpty();
        nowNs++;
        work();
        assertThat(answered).containsExactly("new NOT_INDEXED");
    }

    @Test
    void shouldTakeTurnsWithWhoNeedsMoreThanOne() {
        offer("long", 0, 3);
        offer("short", 0, 1);
        offer("middle", 0, 2);
        work();
        assertThat(answered).containsExactly("short READ", "middle READ", "long READ");
    }

    @Test
    void shouldRefuseWhatWouldWaitBehindTooManyOthers() {
        final FakeRead first = offer("first", 0, 1);
        first.length = 2 * History.READ_LENGTH_MAX;
        work();
        for (int i = 0; i < 2 * History.WAITING_MAX; i++) {
            offer("waiting", 0, 1);
            history.doWork();
        }
        assertThat(history.offer(new FakeRead("more", 0, 1))).isFalse();
        Objects.requireNonNull(first.bytes).release();
    }

    /** What they keep from step to step is no more than a few have. */
    @Test
    void shouldHaveAFewLongOnesUnderWayAndLetOthersPass() {
        final Set<String> begun = new LinkedHashSet<>();
        final int longCount = History.LONG_MAX + 2;
        for (int i = 0; i < longCount; i++) {
            final FakeRead read = offer("long " + i, i == 3 ? 5 : 0, 3);
            read.isLong = true;
            read.duringRead = () -> begun.add(read.name);
        }
        offer("short", 0, 1);
        for (int i = 0; i < 2 * History.LONG_MAX + 1; i++) {
            history.doWork();
        }
        assertThat(answered).containsExactly("short READ");
        assertThat(begun).containsExactly("long 0", "long 1", "long 2", "long 4");
        index.indexed = 5;
        work();
        assertThat(answered)
                .containsExactly(
                        "short READ",
                        "long 0 READ",
                        "long 1 READ",
                        "long 2 READ",
                        "long 4 READ",
                        "long 5 READ",
                        "long 3 READ");
        offer("failing", 0, 1).isLong = true;
        for (int i = 0; i < longCount; i++) {
            final FakeRead failing = offer("failing " + i, 0, 1);
            failing.isLong = true;
            failing.failure = new InternalError("a bad sector");
        }
        work();
        assertThat(answered).hasSize(7 + 1 + longCount);
    }

    @Test
    void shouldWaitForMemoryAndRefuseWhoWaitsTooLong() {
        final FakeRead first = offer("first", 0, 1);
        first.length = 2 * History.READ_LENGTH_MAX;
        offer("second", 0, 1);
        offer("third", 0, 1);
        work();
        assertThat(answered).containsExactly("first READ");
        nowNs += TimeUnit.SECONDS.toNanos(3) + 1;
        work();
        assertThat(answered).containsExactly("first READ", "second BUSY", "third BUSY");
        offer("fourth", 0, 1);
        work();
        assertThat(answered).hasSize(3);
        Objects.requireNonNull(first.bytes).release();
        work();
        assertThat(answered).hasSize(4).last().isEqualTo("fourth READ");
        assertThat(history.budget().used()).isZero();
    }

    @Test
    void shouldEndOnlyTheReadThatFails() {
        offer("bad", 0, 1).failure = new InternalError("a bad sector");
        offer("good", 0, 1);
        work();
        assertThat(answered).containsExactly("bad FAILED", "good READ");
        assertThat(history.budget().used()).isZero();
    }

    @Test
    void shouldAnswerWhoStillWaitsWhenItEnds() {
        offer("unindexed", 5, 1);
        work();
        offer("new", 0, 1);
        history.onClose();
        assertThat(answered).containsExactlyInAnyOrder("unindexed FAILED", "new FAILED");
    }

    @Test
    void shouldForgetWhoNeedsTheJournalNoMore() {
        final long[] needed = {7, 9};
        history.hold(() -> needed[0]);
        history.hold(() -> needed[1]);
        work();
        assertThat(history.neededSequence()).isEqualTo(7);
        needed[0] = Lease.NONE;
        work();
        assertThat(history.neededSequence()).isEqualTo(9);
        final FakeRead read = offer("read", 0, 1);
        read.duringRead = () -> assertThat(history.neededSequence()).isEqualTo(4);
        work();
        assertThat(history.neededSequence()).isEqualTo(9);
        needed[1] = Lease.NONE;
        work();
        assertThat(history.neededSequence()).isEqualTo(Lease.NONE);
        assertThat(answered).containsExactly("read READ");
    }

    private final class FakeRead implements History.Read {
        private final String name;
        private final long head;
        private int steps;
        private int length;
        private boolean isLong;
        private @Nullable ByteBuf bytes;
        private @Nullable Error failure;
        private Runnable duringRead = () -> {};

        FakeRead(final String name, final long head, final int steps) {
            this.name = name;
            this.head = head;
            this.steps = steps;
        }

        @Override
        public long head() {
            return head;
        }

        @Override
        public long firstSequence() {
            return 4;
        }

        @Override
        public boolean isLong() {
            return isLong;
        }

        @Override
        public boolean read(final History.Sources sources) {
            if (failure != null) {
                throw failure;
            }
            duringRead.run();
            bytes = length == 0 ? null : Unpooled.buffer(length);
            return --steps == 0;
        }

        @Override
        public @Nullable ByteBuf bytes() {
            return bytes;
        }

        @Override
        public void bytes(final ByteBuf counted) {
            bytes = counted;
        }

        @Override
        public void answer(final Outcome outcome) {
            answered.add(name + ' ' + outcome);
        }
    }

    /** Knows how far it is, and nothing else. */
    private static final class FakeIndex implements EventIndex {
        private long indexed;

        @Override
        public long indexedSequence() {
            return indexed;
        }

        @Override
        public long oldestSequence() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Selection select(final EventQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long sequenceAt(final long timestampUs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long timestampOf(final long sequence) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Counting histogram(
                final EventQuery query,
                final long fromUs,
                final long bucketUs,
                final int bucketCount,
                final @Nullable IndexField by,
                final int seriesMax) {
            throw new UnsupportedOperationException();
        }

        @Override
        public TermPage terms(
                final IndexField field, final String prefix, final String after, final int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EventReads reads() {
            throw new UnsupportedOperationException();
        }
    }
}

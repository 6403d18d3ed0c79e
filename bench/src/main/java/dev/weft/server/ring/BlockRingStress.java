package dev.weft.server.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.weft.protocol.frame.BlockFlyweight;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader beside the writer: bytes before their number, and never foreign bytes taken for good.
 */
public final class BlockRingStress {
    private static final int LENGTH = 32;
    private static final int WORD = 8;

    private BlockRingStress() {}

    private static void publish(final BlockRing ring, final int sequence) {
        final int offset = ring.claim(LENGTH);
        ring.buffer().putInt(offset, sequence);
        ring.buffer().putInt(offset + WORD, sequence);
        ring.commit(LENGTH, sequence, sequence);
    }

    /** The first block: there with its bytes, or not there yet, and then it comes later. */
    @JCStressTest
    @Outcome(id = "0, 0, 7", expect = ACCEPTABLE, desc = "not there yet, but afterwards")
    @Outcome(id = "7, 7, 0", expect = ACCEPTABLE, desc = "there, with its bytes, and only once")
    @Outcome(expect = FORBIDDEN, desc = "a block without its bytes, or lost, or twice")
    @State
    public static class Commit {
        private final BlockRing ring = new BlockRing(128, 7);
        private final RingReader reader = ring.newReader();
        private final BlockFlyweight view = new BlockFlyweight();

        @Actor
        public void writer() {
            publish(ring, 7);
        }

        @Actor
        public void reader(final III_Result r) {
            if (reader.poll(view) == RingReader.BLOCK) {
                r.r1 = view.buffer().getInt(0);
                r.r2 = view.buffer().getInt(WORD);
            }
        }

        @Arbiter
        public void afterwards(final III_Result r) {
            if (reader.poll(view) == RingReader.BLOCK) {
                r.r3 = view.buffer().getInt(0);
            }
        }
    }

    /** The ring holds two such blocks; the third overwrites what the reader is reading. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "read before it was overwritten")
    @Outcome(id = "-1, -1", expect = ACCEPTABLE_INTERESTING, desc = "lapped, and told so")
    @Outcome(expect = FORBIDDEN, desc = "foreign bytes taken for good")
    @State
    public static class Lap {
        private final BlockRing ring = new BlockRing(128, 1);
        private final RingReader reader = ring.newReader();
        private final BlockFlyweight view = new BlockFlyweight();

        public Lap() {
            publish(ring, 1);
        }

        @Actor
        public void writer() {
            publish(ring, 2);
            publish(ring, 3);
        }

        @Actor
        public void reader(final II_Result r) {
            r.r1 = -1;
            r.r2 = -1;
            if (reader.poll(view) == RingReader.BLOCK) {
                final int first = view.buffer().getInt(0);
                final int second = view.buffer().getInt(WORD);
                if (reader.isValid()) {
                    r.r1 = first;
                    r.r2 = second;
                }
            }
        }
    }
}

package dev.weft.server.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.door.DoorDescriptor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a place is of which nothing is written yet. */
class DoorSeatsTest {
    private static final long HERE = 4_096;

    @TempDir Path directory;

    private final Visitor[] visitors = {new Somebody(), new Somebody(), new Somebody()};
    private DoorFile file;
    private DoorRing ring;
    private DoorSeats seats;

    @BeforeEach
    void open() throws Exception {
        file = DoorFile.create(directory.resolve("door"), 1, null);
        ring = new DoorRing(file);
        seats = new DoorSeats(file);
        for (final Visitor visitor : visitors) {
            seats.arrive(visitor, 1);
        }
    }

    @AfterEach
    void close() {
        file.close();
    }

    private void announce(final int slot, final long position, final int length) {
        file.slot(slot)
                .putLong(DoorDescriptor.CLAIM_OFFSET, DoorDescriptor.claim(position, length));
    }

    private void leave(final int slot) {
        seats.depart(visitors[slot], ring);
    }

    @Test
    void shouldTellTheLengthOfAClaimWhenItsClaimerHasGone() {
        announce(1, HERE, 136);
        assertThat(seats.deadClaimLength(HERE)).as("it may still be writing").isZero();
        leave(1);
        assertThat(seats.deadClaimLength(HERE)).isEqualTo(136);
        assertThat(seats.deadClaimLength(HERE + 8)).isZero();
        assertThat(seats.deadClaimLength(0)).isZero();
    }

    @Test
    void shouldWaitForTheLivingWhoMayHaveClaimedIt() {
        announce(0, HERE, 64);
        announce(1, HERE, 136);
        leave(1);
        assertThat(seats.deadClaimLength(HERE)).isZero();
        announce(0, HERE + 136, 64); // it was the other one's, and so it takes the next place
        assertThat(seats.deadClaimLength(HERE)).isEqualTo(136);
    }

    @Test
    void shouldNotGuessBetweenTheDead() {
        announce(0, HERE, 64);
        announce(1, HERE, 136);
        leave(0);
        leave(1);
        assertThat(seats.deadClaimLength(HERE)).isZero();
        announce(0, HERE, 136);
        assertThat(seats.deadClaimLength(HERE)).as("either way").isEqualTo(136);
    }

    @Test
    void shouldForgetWhatWasClaimedWhenASlotIsGivenToTheNext() {
        announce(2, HERE, 64);
        leave(2);
        seats.free(HERE);
        assertThat(seats.deadClaimLength(HERE)).as("nobody's").isZero();
        final Visitor next = new Somebody();
        seats.arrive(next, 1);
        seats.depart(next, ring);
        assertThat(seats.deadClaimLength(HERE)).isZero();
    }

    private static final class Somebody implements Visitor {
        @Override
        public void welcome(final int slot, final long generation) {}

        @Override
        public void dismiss() {}
    }
}

package dev.weft.server.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.door.DoorDescriptor;
import dev.weft.protocol.event.EventRules;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long one round may take, whatever lies in the ring. */
class DoorIntakeTest {
    private static final int TAIL =
            DoorDescriptor.RING_CAPACITY + RingBufferDescriptor.TAIL_POSITION_OFFSET;
    private static final int STEPS_MAX = 4_096;

    @TempDir Path directory;

    private final DoorCounters counters = new DoorCounters();
    private final DoorIntake intake =
            new DoorIntake(
                    EventRules.forCallers(List.of(), List.of()),
                    () -> 0,
                    new DoorBatches(pending -> true, false, () -> {}, () -> 0, counters),
                    counters);
    private DoorGeneration door;

    @BeforeEach
    void open() throws Exception {
        door = DoorGeneration.of(DoorFile.create(directory.resolve("door"), 1, null));
    }

    @AfterEach
    void close() {
        door.file().close();
    }

    /** A million of the shortest places that there can be. */
    @ParameterizedTest
    @CsvSource({"8, -1", "-8, 32"})
    void shouldTakeABoundNumberOfStepsWhereThereAreNoEvents(final int length, final int type) {
        for (int at = 0; at < DoorDescriptor.RING_CAPACITY; at += 8) {
            door.file().ring().putInt(RecordDescriptor.lengthOffset(at), length);
            door.file().ring().putInt(RecordDescriptor.typeOffset(at), type);
        }
        door.file().ring().putLong(TAIL, DoorDescriptor.RING_CAPACITY);
        assertThat(intake.takeIn(door)).isEqualTo(STEPS_MAX);
        assertThat(door.ring().position()).isEqualTo(8 * STEPS_MAX);
        for (int i = 1; i < DoorDescriptor.RING_CAPACITY / 8 / STEPS_MAX; i++) {
            assertThat(intake.takeIn(door)).isEqualTo(STEPS_MAX);
        }
        assertThat(intake.takeIn(door)).isZero();
        assertThat(intake.ending()).isEqualTo(DoorRing.NONE);
    }
}

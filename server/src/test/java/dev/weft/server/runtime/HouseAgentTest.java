package dev.weft.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.MemoryJournal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HouseAgentTest {
    private final AtomicInteger sequencer = new AtomicInteger();
    private final AtomicInteger thread = new AtomicInteger();
    private final HouseAgent house =
            new HouseAgent(
                    new MemoryJournal(), sequencer::incrementAndGet, thread::incrementAndGet);

    @Test
    void shouldLeaveTheSequencerAloneWhenNothingChanged() {
        assertThat(house.doWork()).isZero();
        assertThat(sequencer).hasValue(0);
    }

    @Test
    void shouldWakeASequencerThatAskedEvenIfThereWasNothingToDo() {
        final long idleNs = house.parkNs();
        house.ask();
        assertThat(thread).as("at once").hasValue(1);
        house.doWork();
        assertThat(sequencer).as("not at once: it would ask again at once").hasValue(0);
        assertThat(house.parkNs()).as("but soon").isLessThan(idleNs / 10);
        house.doWork();
        assertThat(sequencer).hasValue(1);
        assertThat(house.parkNs()).isEqualTo(idleNs);
    }
}

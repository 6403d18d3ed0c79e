package dev.weft.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.MemoryJournal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HouseAgentTest {
    private final AtomicInteger sequencer = new AtomicInteger();
    private final AtomicInteger thread = new AtomicInteger();
    private final MemoryJournal journal = new MemoryJournal();
    private final HouseAgent house =
            new HouseAgent(journal, sequencer::incrementAndGet, thread::incrementAndGet);

    @Test
    void shouldLeaveTheSequencerAloneWhenNothingChanged() {
        assertThat(house.doWork()).isZero();
        assertThat(sequencer).hasValue(0);
    }

    @Test
    void shouldWakeTheSequencerWhenSomethingChanged() {
        journal.houseWorkCount(1);
        assertThat(house.doWork()).isEqualTo(1);
        assertThat(sequencer).hasValue(1);
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
        house.doWork();
        assertThat(sequencer).as("once for each time it asked").hasValue(1);
        assertThat(house.parkNs()).isEqualTo(idleNs);
    }
}

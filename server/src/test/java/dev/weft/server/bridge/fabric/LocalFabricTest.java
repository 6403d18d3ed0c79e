package dev.weft.server.bridge.fabric;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.fanout.Filter;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.ingest.EventBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a bridge is told without waiting: nothing works behind these. */
class LocalFabricTest {
    private final HandDriven core = new HandDriven(2);
    private final LocalFabric fabric =
            new LocalFabric(
                    core.inbox(),
                    EventRules.forCallers(List.of(), List.of()),
                    false,
                    core.journal(),
                    core.history(),
                    Filter.of(Map.of()));
    private final EventBatch batch = new EventBatch();

    @AfterEach
    void close() {
        core.close();
    }

    private void add(final String event) {
        batch.begin().raw(event.getBytes(UTF_8));
        batch.end(new EventName("id", "", "", ""));
    }

    @Test
    void shouldPutOffWhatHasNoRoom() throws FabricException, EventRefusedException {
        while (core.events().publish(new EventBuilder("full"), pending -> {})) {}
        add("{\"type\":\"a\"}");
        assertThat(fabric.publish(batch)).isEqualTo(Fabric.Outcome.LATER);
    }

    @Test
    void shouldSayWhichEventBreaksARule() {
        add("{\"type\":\"a\"}");
        add("{\"type\":\"a\",\"category\":\"nobody's\"}");
        assertThatThrownBy(() -> fabric.publish(batch))
                .isInstanceOfSatisfying(
                        EventRefusedException.class, ex -> assertThat(ex.index()).isEqualTo(1))
                .hasMessageContaining("category");
    }
}

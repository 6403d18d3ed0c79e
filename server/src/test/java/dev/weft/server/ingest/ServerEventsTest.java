package dev.weft.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.event.EventRules;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.sequencer.PendingAppend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerEventsTest {
    private final List<PendingAppend> offered = new ArrayList<>();
    private final ServerEvents events =
            new ServerEvents(
                    offered::add,
                    EventRules.forCallers(List.of(), List.of()),
                    () -> 1_763_631_234_567L);

    @Test
    void shouldPublishWhatCallersMayNot() {
        final EventBuilder event =
                new EventBuilder("journal.recovered")
                        .category("system")
                        .subject("host/web-1")
                        .sourceEvent("start")
                        .message("quote \" and line\n")
                        .data("{\"skipped_from\": 5}");
        assertThat(events.publish(event, pending -> {})).isTrue();
        assertThat(offered).hasSize(1);
        final PendingAppend pending = offered.get(0);
        assertThat(pending.count()).isEqualTo(1);
        final int from = RecordDescriptor.LENGTH;
        assertThat(pending.buffer().getStringWithoutLengthUtf8(from, pending.recordEnd(0) - from))
                .matches("\"id\":\"[0-9a-f-]{36}\",\"ts\":0{16},\"type\":\"journal.recovered\",.*")
                .contains("\"category\":\"system\",\"subject\":\"host/web-1\"")
                .contains("\"source\":{\"kind\":\"kernel_api\",\"event\":\"start\"}")
                .endsWith("\"message\":\"quote \\\" and line\\n\",\"data\":{\"skipped_from\":5}");
    }

    @Test
    void shouldFailLoudlyWhenTheServerItselfBreaksARule() {
        assertThatThrownBy(
                        () ->
                                events.publish(
                                        new EventBuilder("t").subject("nonsense"), pending -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("subject must be kind/id");
    }
}

package dev.weft.server.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventFeed;
import dev.weft.server.bridge.fabric.EventName;
import dev.weft.server.bridge.fabric.EventRefusedException;
import dev.weft.server.bridge.fabric.Fabric;
import dev.weft.server.bridge.fabric.Fabric.Outcome;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.plan.Template;
import dev.weft.server.bridge.valkey.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A journal that has no room, refuses, or does not answer. */
@Timeout(30)
class PublisherTest implements Fabric {
    private final List<String> published = new ArrayList<>();
    private final PartStatus status = new PartStatus("stream_in");
    private final Life life = new Life("weft-test", status, each -> {});
    private final EventBatch batch = new EventBatch();
    private final Publisher publisher;
    private int laterCount;
    private int refusedIndex = -1;
    private boolean isUnclear;

    PublisherTest() {
        final EventRules rules = EventRules.forCallers(List.of(), List.of());
        final Template none = Template.parse("none", Template.Use.EVENT, 0);
        final BridgePlan.Mapping mapping = new BridgePlan.Mapping(none, "system", none);
        publisher = new Publisher(this, new EventMapper("valkey", mapping, "test", rules), status);
        for (final String type : List.of("a", "b", "c")) {
            batch.begin().raw(("{\"type\":\"" + type + "\"}").getBytes(UTF_8));
            batch.end(new EventName("id-" + type, "", "", ""));
        }
    }

    @Override
    public Outcome publish(final EventBatch events) throws EventRefusedException {
        if (laterCount-- > 0) {
            return Outcome.LATER;
        }
        if (refusedIndex >= 0) {
            final int index = refusedIndex;
            refusedIndex = -1;
            throw new EventRefusedException(index, "because of a rule");
        }
        published.add(new String(events.array(), UTF_8));
        return isUnclear ? Outcome.UNCLEAR : Outcome.APPENDED;
    }

    @Override
    public @Nullable String newestId(final String causationId, final Predicate<String> wanted) {
        throw new IllegalStateException("nobody asks");
    }

    @Override
    public long head() {
        return 0;
    }

    @Override
    public EventFeed feed(final long afterSequence) {
        throw new IllegalStateException("nobody asks");
    }

    @Test
    void shouldWaitForRoomAndPublishOnce() throws FabricException {
        laterCount = 2;
        assertThat(publisher.publish(batch, life, () -> true)).isEqualTo(Outcome.APPENDED);
        assertThat(published).hasSize(1);
        assertThat(status.waits.get()).isEqualTo(2);
    }

    @Test
    void shouldPutATellingInThePlaceOfAnEventThatIsRefused() throws FabricException {
        refusedIndex = 1;
        assertThat(publisher.publish(batch, life, () -> true)).isEqualTo(Outcome.APPENDED);
        assertThat(status.rejected.get()).isEqualTo(1);
        assertThat(published)
                .singleElement()
                .asString()
                .startsWith("[{\"type\":\"a\"},{\"type\":\"bridge.rejected\"")
                .contains("because of a rule", "\"id\":\"id-b\"")
                .endsWith(",{\"type\":\"c\"}]");
    }

    @Test
    void shouldNotRepeatWhatMayBeInTheJournal() throws FabricException {
        isUnclear = true;
        assertThat(publisher.publish(batch, life, () -> true)).isEqualTo(Outcome.UNCLEAR);
        assertThat(published).hasSize(1);
    }

    @Test
    void shouldPublishNothingThatItMayNot() throws FabricException {
        assertThat(publisher.publish(batch, life, () -> false)).isEqualTo(Outcome.LATER);
        life.end();
        assertThat(publisher.publish(batch, life, () -> true)).isEqualTo(Outcome.LATER);
        assertThat(published).isEmpty();
    }

    @Test
    void shouldEndAPartForGoodOnlyByWhatIsFinal() {
        assertThatThrownBy(() -> EntryId.of("no-id")).isInstanceOf(IllegalStateException.class);
        final int[] runs = new int[1];
        final PartStatus ofPart = new PartStatus("stream_in");
        final Life part =
                new Life(
                        "weft-test",
                        ofPart,
                        each -> {
                            runs[0]++;
                            each.running();
                            throw new FabricException("break " + runs[0], runs[0] == 3);
                        });
        part.start();
        part.await(10_000);
        assertThat(runs[0]).isEqualTo(3);
        assertThat(ofPart.breaks.get()).isEqualTo(2);
        assertThat(ofPart.state()).isEqualTo(PartStatus.State.FAILED);
        assertThat(ofPart.reason()).isEqualTo("break 3");
    }

    @Test
    void shouldEndAPartByAMistakeOfItsOwn() {
        final PartStatus ofPart = new PartStatus("stream_in");
        final Life part =
                new Life(
                        "weft-test",
                        ofPart,
                        each -> {
                            throw new IllegalStateException("a mistake");
                        });
        part.start();
        part.await(10_000);
        assertThat(ofPart.state()).isEqualTo(PartStatus.State.FAILED);
        assertThat(ofPart.reason()).contains("a mistake");
    }

    @Test
    void shouldEndAPauseWhenItShallEnd() {
        final Life part = new Life("weft-test", status, each -> each.sleep(600_000));
        part.start();
        part.end();
        part.await(10_000);
        assertThat(status.state()).isEqualTo(PartStatus.State.STOPPED);
    }
}

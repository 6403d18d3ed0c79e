package dev.weft.server.session.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.agui.OrderMode;
import dev.weft.server.control.CommandsByHand.Outcome;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.SessionsByHand;
import dev.weft.server.session.state.SessionEvents;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a worker publishes, judged by what its session has said before. */
class AguiPublishTest {
    private static final String STARTED = "{'type':'RUN_STARTED','threadId':'t','runId':'r'}";
    private static final String UNKNOWN = "{'type':'TEXT_MESSAGE_END','messageId':'nobody'}";

    private final SessionsByHand all = new SessionsByHand(1);
    private final AguiOrders orders = new AguiOrders();

    @AfterEach
    void close() {
        all.close();
    }

    private Outcome publish(
            final OrderMode mode, final @Nullable String runId, final List<String> events) {
        return publish(orders, mode, runId, events);
    }

    private Outcome publish(
            final AguiOrders known,
            final OrderMode mode,
            final @Nullable String runId,
            final List<String> events) {
        final List<byte[]> bodies =
                events.stream().map(event -> event.replace('\'', '"').getBytes(UTF_8)).toList();
        return all.ask(
                "a",
                found ->
                        new AguiPublish(known, mode, bodies, runId)
                                .decide(found, Objects.requireNonNull(found.session())));
    }

    private Outcome strictly(final String... events) {
        return publish(OrderMode.STRICT, null, List.of(events));
    }

    @Test
    void shouldTakeAndWarnOfWhatIsOutOfOrder() {
        all.create("a", "worker");
        final List<String> events = new ArrayList<>(List.of(STARTED));
        events.addAll(Collections.nCopies(150, UNKNOWN));
        final JsonNode reply =
                JsonMapper.shared().readTree(publish(OrderMode.WARN, null, events).json());
        assertThat(reply.path("accepted").asInt()).isEqualTo(151);
        assertThat(reply.path("warnings")).as("so many are told").hasSize(100);
        assertThat(reply.path("warnings").get(0).path("index").asInt()).isEqualTo(1);
        assertThat(reply.path("warnings").get(0).path("warning").asString())
                .isEqualTo("TEXT_MESSAGE_END: no text message \"nobody\" is open");
        assertThat(all.count("a", "TEXT_MESSAGE_END")).isEqualTo(150);
    }

    @Test
    void shouldWarnOfNothingThatIsInOrder() {
        all.create("a", "worker");
        assertThat(publish(OrderMode.WARN, null, List.of(STARTED)).json())
                .contains("\"accepted\":1")
                .doesNotContain("warnings");
    }

    /** The run of the session before it is none of its own. */
    @Test
    void shouldBeginAnewWithAnotherSessionOfTheSameId() {
        all.create("a", "worker");
        assertThat(strictly(STARTED).json()).contains("\"accepted\":1");
        all.append(SessionEvents.make(SessionEvents.DELETED, "a"));
        all.create("a", "worker");
        assertThat(strictly("{'type':'STEP_STARTED','stepName':'s'}").refusal())
                .isEqualTo("422 STEP_STARTED: the first event must be RUN_STARTED or RUN_ERROR");
        assertThat(strictly(STARTED).json()).contains("\"accepted\":1");
    }

    /** More than one step reads, and by a server that has not seen the begin. */
    @Test
    void shouldJudgeByAllOfALongRun() {
        all.create("a", "worker");
        strictly(STARTED, "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'assistant'}");
        for (int i = 0; i < 1_200; i++) {
            all.append(
                    SessionEvents.make(
                            "TEXT_MESSAGE_CONTENT",
                            "a",
                            "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m\",\"delta\":\"d\"}"));
        }
        all.append(
                SessionEvents.make(
                        "STEP_STARTED", "a", "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\"}"));
        assertThat(strictly("{'type':'STEP_FINISHED','stepName':'s'}", STARTED).refusal())
                .isEqualTo("422 RUN_STARTED: the run before it has not ended");
        final List<String> end =
                List.of(
                        "{'type':'TEXT_MESSAGE_END','messageId':'m'}",
                        "{'type':'STEP_FINISHED','stepName':'s'}");
        assertThat(publish(new AguiOrders(), OrderMode.STRICT, null, end).json())
                .contains("\"accepted\":2");
    }

    /** Others may publish any number of begins: the session's own is behind them. */
    @Test
    void shouldJudgeByNothingThatStrangersPublish() {
        all.create("a", "worker");
        strictly(STARTED, "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'assistant'}");
        for (int i = 0; i < 100; i++) {
            all.append(
                    new EventBuilder("RUN_STARTED")
                            .sourceKind("cdp")
                            .subject("session/a")
                            .data("{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"x\"}"));
        }
        final List<String> end = List.of("{'type':'TEXT_MESSAGE_END','messageId':'m'}");
        assertThat(publish(new AguiOrders(), OrderMode.STRICT, null, end).json())
                .contains("\"accepted\":1");
    }

    @Test
    void shouldGiveEventsTheRunThatTheRequestNames() {
        all.create("a", "worker");
        publish(
                OrderMode.WARN,
                "named",
                List.of(STARTED, "{'type':'STEP_STARTED','stepName':'s'}"));
        assertThat(all.journaled())
                .contains(
                        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\",\"threadId\":\"a\",\"runId\":\"named\"}");
    }
}

package dev.weft.server.agui;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunSummariesTest {
    private RunSummaries runs = new RunSummaries(0, 100);

    private void on(final @Nullable String runId, final String... events) {
        for (final String event : events) {
            runs.on(Samples.stored(runId, event));
        }
    }

    private String page() {
        return Samples.json(runs.page("s-1"));
    }

    @Test
    void shouldGroupByRunInTheOrderInWhichTheyWereFirstHeardOf() {
        on("b", "{'type':'RUN_STARTED','threadId':'t','runId':'b','timestamp':1000}");
        on("a", "{'type':'RUN_STARTED','threadId':'t','runId':'a','timestamp':2000}");
        on("b", "{'type':'STEP_STARTED','stepName':'s'}");
        on("b", "{'type':'RUN_FINISHED','threadId':'t','runId':'b','timestamp':3000}");
        on("a", "{'type':'RUN_ERROR','message':'m','timestamp':4000}");
        on("c", "{'type':'STEP_STARTED','stepName':'s'}");
        on(null, "{'type':'STEP_STARTED','stepName':'s'}");
        on("d", "{'type':'session.running'}");
        assertThat(page())
                .isEqualTo(
                        "{'session_id':'s-1','runs':["
                                + "{'run_id':'b','started_at':1000,'finished_at':3000,'status':'completed','event_count':3},"
                                + "{'run_id':'a','started_at':2000,'finished_at':4000,'status':'error','event_count':2},"
                                + "{'run_id':'c','status':'running','event_count':1}],'total':3}");
    }

    @Test
    void shouldTakeTheTimeOfTheAppendWhenAnEventHasNone() {
        on("a", "{'type':'RUN_STARTED','threadId':'t','runId':'a'}");
        assertThat(page()).contains("'started_at':1763631234567,'status':'running'");
    }

    @Test
    void shouldShowWhatTheUserSaid() {
        final List<String> start =
                List.of(
                        "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'user'}",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'spo'}",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'x','delta':'no'}",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'ken'}");
        on("a", start.toArray(String[]::new));
        assertThat(page()).contains("'user_message':'spoken'");
        on(
                "a",
                "{'type':'RUN_STARTED','input':{'messages':[{'role':'user','content':'first'},{'role':'user','content':[{'type':'text','text':'asked'}]},{'role':'assistant','content':'no'}]}}");
        assertThat(page()).contains("'user_message':'asked'");
        on(
                "a",
                "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'assistant','content':'no'}",
                "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'user','content':''}",
                "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'user','content':'stated'}",
                "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'user','content':'later'}");
        assertThat(page()).contains("'user_message':'stated'");
    }

    @Test
    void shouldShowARunThatWasAskedForAndHasNotBegun() {
        on("a", "{'messages':[{'role':'user','content':'hi'}]}");
        assertThat(page())
                .contains(
                        "[{'run_id':'a','status':'running','user_message':'hi','event_count':0}]");
    }

    @Test
    void shouldWriteOnePage() {
        on(3, 1, 5);
        assertThat(page())
                .isEqualTo(
                        "{'session_id':'s-1','runs':[{'run_id':'r3','status':'running','user_message':'hi r3','event_count':1}],'total':5}");
        on(9, 1, 5);
        assertThat(page()).isEqualTo("{'session_id':'s-1','runs':[],'total':5}");
    }

    @Test
    void shouldKeepTheNewestRunsWhenThereAreVeryMany() {
        on(0, 1, RunSummaries.RUNS_MAX + 2);
        assertThat(runs.total()).isEqualTo(RunSummaries.RUNS_MAX + 2);
        assertThat(page()).contains("'run_id':'r2'");
        on(3, 1, RunSummaries.RUNS_MAX + 2);
        assertThat(page()).contains("'run_id':'r3'");
    }

    /** A page of so many runs, each of which was asked for and has begun something. */
    private void on(final int offset, final int limit, final int count) {
        runs = new RunSummaries(offset, limit);
        for (int i = 0; i < count; i++) {
            on("r" + i, "{'messages':[{'role':'user','content':'hi r" + i + "'}]}");
            on("r" + i, "{'type':'STEP_STARTED','stepName':'s'}");
        }
    }

    @Test
    void shouldKeepNoMoreOfWhatTheUserSaidThanIsShown() {
        on(
                "a",
                "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'user'}",
                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'x'}",
                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'"
                        + "y".repeat(9_000)
                        + "'}",
                "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'z'}");
        assertThat(page()).contains("'user_message':'x" + "y".repeat(8_191) + "'");
    }
}

package dev.weft.server.driver.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunsTest {
    private final Runs runs = new Runs();

    private static String end(final String type, final String runId) {
        return "{\"type\":\"" + type + "\",\"runId\":\"" + runId + "\"}";
    }

    @Test
    void shouldEndTheRunThatALineNamesElseTheFirst() {
        runs.add("a");
        runs.add("b");
        runs.add("c");
        runs.onLine(end("RUN_FINISHED", "b"));
        assertThat(runs.current()).isEqualTo("a");
        assertThat(runs.hasEnded("b")).isTrue();
        runs.onLine(end("RUN_ERROR", "a name of its own"));
        assertThat(runs.current()).isEqualTo("c");
        assertThat(runs.hasEnded("a")).isTrue();
        assertThat(runs.hasEnded("a name of its own")).isFalse();
        runs.onLine("{\"type\":\"RUN_FINISHED\"}");
        assertThat(runs.current()).isNull();
        runs.onLine("{\"type\":\"RUN_FINISHED\"}");
        assertThat(runs.current()).as("there was none").isNull();
    }

    @Test
    void shouldEndNothingByALineThatOnlySpeaksOfIt() {
        runs.add("a");
        runs.onLine("{\"type\":\"TEXT_MESSAGE_CONTENT\",\"delta\":\"RUN_FINISHED\"}");
        runs.onLine("RUN_ERROR, not JSON");
        assertThat(runs.current()).isEqualTo("a");
        assertThat(runs.hasEnded("a")).isFalse();
    }

    @Test
    void shouldRememberTheLastOnesThatEnded() {
        for (int i = 0; i <= Runs.ENDED_MAX; i++) {
            runs.add("r" + i);
            runs.onLine(end("RUN_FINISHED", "r" + i));
        }
        assertThat(runs.hasEnded("r0")).isFalse();
        assertThat(runs.hasEnded("r1")).isTrue();
        assertThat(runs.hasEnded("r" + Runs.ENDED_MAX)).isTrue();
    }
}

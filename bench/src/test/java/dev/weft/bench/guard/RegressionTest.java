package dev.weft.bench.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegressionTest {
    private static final double MARGIN = 1.3;
    private static final Map<String, Cost> BASELINE =
            Map.of("append", new Cost(2, 0), "publish", new Cost(0.5, 24));

    @Test
    void shouldFindNothingWithinTheMargins() {
        assertThat(
                        Regression.find(
                                BASELINE,
                                Map.of("append", new Cost(2.59, 7.9), "publish", new Cost(0.1, 0)),
                                name -> MARGIN))
                .isEmpty();
    }

    @Test
    void shouldFindWhatBecameSlower() {
        assertThat(find(new Cost(2.62, 0)))
                .containsExactly("append: 1.31 times as slow as the baseline, 1.30 is allowed");
    }

    @Test
    void shouldFindOneMoreObjectPerInvocation() {
        assertThat(find(new Cost(2, 16)))
                .containsExactly("append: allocates 16.0 bytes per invocation, the baseline 0.0");
    }

    @Test
    void shouldFailForWhatWasNotMeasured() {
        assertThat(Regression.find(BASELINE, Map.of("append", new Cost(2, 0)), name -> MARGIN))
                .containsExactly("publish: in the baseline, but not measured");
    }

    @Test
    void shouldAcceptWhatIsNewButNotThatThereIsNoBaseline() {
        final Map<String, Cost> measured =
                Map.of(
                        "append", new Cost(2, 0),
                        "publish", new Cost(0.5, 24),
                        "new", new Cost(1, 0));
        assertThat(Regression.find(BASELINE, measured, name -> MARGIN)).isEmpty();
        assertThat(Regression.find(Map.of(), measured, name -> MARGIN))
                .containsExactly("there is no baseline, write one with --update");
    }

    @Test
    void shouldTakeTheMiddleOfTheRounds() {
        assertThat(GuardRun.median(List.of(3.0))).isEqualTo(3);
        assertThat(GuardRun.median(List.of(3.0, 1.0))).isEqualTo(2);
        assertThat(GuardRun.median(List.of(3.0, 1.0, 9.0))).isEqualTo(3);
        assertThat(GuardRun.median(List.of(3.0, 1.0, 9.0, 4.0))).isEqualTo(3.5);
    }

    @Test
    void shouldKeepABaselinePerJdkAndTakeTheNextOlderOneForAnUnknownJdk(@TempDir final Path folder)
            throws IOException {
        final Path file = folder.resolve("baseline.json");
        final Baseline baseline = Baseline.read(file);
        baseline.put(17, BASELINE);
        baseline.put(25, Map.of("append", new Cost(1, 0)));
        baseline.write(file);

        final Baseline read = Baseline.read(file);

        assertThat(read.of(17)).isEqualTo(BASELINE);
        assertThat(read.of(21)).isEqualTo(BASELINE);
        assertThat(read.of(25)).containsOnlyKeys("append");
        assertThat(read.of(11)).isEmpty();
    }

    private static List<String> find(final Cost append) {
        return Regression.find(
                BASELINE, Map.of("append", append, "publish", new Cost(0.5, 24)), name -> MARGIN);
    }
}

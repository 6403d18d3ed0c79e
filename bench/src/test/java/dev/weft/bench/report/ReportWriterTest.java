package dev.weft.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {
    @TempDir private Path root;

    @Test
    void shouldWriteEverythingThatAReaderNeedsToJudge() throws IOException {
        final Path folder = write(report(List.of()));

        assertThat(folder.getFileName().toString()).matches("\\d{4}-\\d\\d-\\d\\d-abc1234-latency");
        assertThat(folder.resolve("README.md"))
                .content()
                .contains("# latency: reached")
                .contains("| p50, µs, µs | ≤ 150.0 | 102.0 | reached |")
                .contains("102.0 (101.0 to 103.0)");
        assertThat(folder.resolve("command.txt")).content().isEqualTo("scripts/bench latency\n");
        assertThat(folder.resolve("environment.json"))
                .content()
                .contains("\"kernel\"", "\"cpu\"", "\"virtual\"");
        assertThat(folder.resolve("rounds.json")).content().contains("\"warm-up\"");
        assertThat(ImageIO.read(folder.resolve("plot.png").toFile()).getWidth()).isEqualTo(1_000);
    }

    @Test
    void shouldKeepEveryRecordedTimeInTheRawLog() throws IOException {
        final Path folder = write(report(List.of()));

        long count = 0;
        try (HistogramLogReader reader =
                new HistogramLogReader(folder.resolve("weft.hdr").toFile())) {
            while (reader.hasNext()) {
                final Histogram interval = (Histogram) reader.nextIntervalHistogram();
                count += interval.getTotalCount();
                assertThat(interval.getTag()).isIn("warmup", "round1", "round2", "round3");
            }
        }
        assertThat(count).isEqualTo(4_000);
    }

    @Test
    void shouldMarkAVoidRunAndSayWhy() throws IOException {
        final Path folder = write(report(List.of("lost 1")));

        assertThat(folder.getFileName().toString()).endsWith("-latency.FAIL");
        assertThat(folder.resolve("README.md"))
                .content()
                .contains("# latency: void")
                .contains("- weft, round 3: lost 1");
    }

    @Test
    void shouldSayMissedWhenAGoalIsMissed() {
        final Report report = report(List.of());
        final Report strict =
                new Report(
                        question(Goal.atMost("p50, µs", "µs", 50)),
                        Set.of(),
                        List.of(),
                        report.rounds());

        assertThat(strict.isReached()).isFalse();
        assertThat(ReportText.of(strict)).contains("# latency: missed");
    }

    @Test
    void shouldCompareRoundByRoundAndLeaveOutAPeersVoidRounds() {
        final List<Round> rounds = new ArrayList<>();
        for (int number = 1; number <= 5; number++) {
            final double disturbance = number; // hits both servers of a round alike
            rounds.add(round("weft", number, 40 * disturbance, List.of()));
            rounds.add(
                    number == 3
                            ? round("nchan", number, 1_000, List.of("lost 7"))
                            : round("nchan", number, disturbance, List.of()));
        }
        final Report report =
                new Report(
                        question(Goal.atLeastTimes("deliveries/s", 40, "nchan")),
                        Set.of("nchan"),
                        List.of(),
                        rounds);

        assertThat(report.isValid()).isTrue();
        assertThat(report.ratios("nchan", "deliveries/s")).containsExactly(40, 40, 40, 40);
        assertThat(report.sorted("nchan", "deliveries/s")).containsExactly(1, 2, 4, 5);
        assertThat(ReportText.of(report))
                .contains("# latency: reached")
                .contains("| deliveries/s, × | ≥ 40.00 × nchan | 40.00 × | reached |")
                .contains("- nchan, round 3: lost 7");
    }

    @Test
    void shouldNotCallAGoalReachedThatNoValidRoundSpeaksFor() {
        final Report report =
                new Report(
                        question(Goal.atLeastTimes("deliveries/s", 40, "nchan")),
                        Set.of("nchan"),
                        List.of(),
                        List.of(
                                round("weft", 1, 40, List.of()),
                                round("nchan", 1, 1, List.of("lost 1"))));

        assertThat(report.isReached()).isFalse();
        assertThat(ReportText.of(report)).contains("no valid round");
    }

    private static Round round(
            final String server,
            final int number,
            final double rate,
            final List<String> violations) {
        return new Round(
                server, number, Map.of("deliveries/s", rate), new Histogram(3), violations);
    }

    private Path write(final Report report) throws IOException {
        return new ReportWriter(root, "abc1234", List.of("scripts/bench", "latency"))
                .write(report, Environment.capture(root));
    }

    private static Report report(final List<String> violationsOfTheLast) {
        final List<Round> rounds = new ArrayList<>();
        for (int number = 0; number <= 3; number++) {
            for (final String server : List.of("floor", "weft")) {
                final Histogram times = new Histogram(3);
                for (int i = 0; i < 1_000; i++) {
                    times.recordValue(100_000L + i);
                }
                final boolean last = number == 3 && server.equals("weft");
                rounds.add(
                        new Round(
                                server,
                                number,
                                Map.of("p50, µs", 100.0 + number),
                                times,
                                last ? violationsOfTheLast : List.of()));
            }
        }
        return new Report(
                question(Goal.atMost("p50, µs", "µs", 150)),
                Set.of(),
                rounds.subList(0, 2),
                rounds.subList(2, 8));
    }

    private static Question question(final Goal... goals) {
        return new Question(
                "latency",
                "Claim.",
                "Due to read",
                List.of(goals),
                List.of(Picture.percentiles(), Picture.bars("p50, µs")));
    }
}

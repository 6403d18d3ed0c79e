package dev.weft.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.imageio.ImageIO;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.openjdk.jmh.results.RunResult;

/**
 * One picture per measurement: the percentiles where times are the point, else the first value of
 * each round.
 */
final class Plot {
    private static final int WIDTH = 1_000;
    private static final int HEIGHT = 600;

    private Plot() {}

    static void write(final Report report, final Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        final boolean ofTimes =
                !report.goals().isEmpty() && report.goals().get(0).unit().equals("µs");
        final Chart<?, ?> chart = ofTimes ? percentiles(report) : rounds(report);
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
    }

    /** Time per operation of every micro-benchmark. */
    static void write(final Collection<RunResult> results, final Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        final CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title("micro: ns per operation")
                        .yAxisTitle("ns/op")
                        .build();
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setYAxisMin(1.0);
        chart.getStyler().setXAxisLabelRotation(60);
        chart.getStyler().setLegendVisible(false);
        final List<String> names = new ArrayList<>();
        final List<Double> times = new ArrayList<>();
        for (final RunResult result : results) {
            names.add(
                    MicroReport.name(result).replace("Benchmark", "")
                            + " "
                            + MicroReport.parameters(result));
            times.add(Math.max(1, result.getPrimaryResult().getScore()));
        }
        chart.addSeries("ns/op", names, times);
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
    }

    private static XYChart percentiles(final Report report) {
        final XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(report.scenario() + ": " + report.timesMeaning())
                        .xAxisTitle("1 in so many is slower")
                        .yAxisTitle("µs")
                        .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        for (final String server : report.servers()) {
            final Histogram times = ReportText.merged(report, server);
            final List<Double> oneIn = new ArrayList<>();
            final List<Double> micros = new ArrayList<>();
            for (double share = 1; share * 2 < times.getTotalCount(); share *= 1.2) {
                oneIn.add(share);
                micros.add(Math.max(1, times.getValueAtPercentile(100 - 100 / share) / 1_000.0));
            }
            if (!oneIn.isEmpty()) {
                chart.addSeries(server, oneIn, micros).setMarker(SeriesMarkers.NONE);
            }
        }
        return chart;
    }

    private static CategoryChart rounds(final Report report) {
        final String metric =
                report.goals().isEmpty()
                        ? report.metrics().iterator().next()
                        : report.goals().get(0).metric();
        final CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(report.scenario() + ": " + metric)
                        .xAxisTitle("round")
                        .yAxisTitle(metric)
                        .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        for (final String server : report.servers()) {
            final List<Integer> numbers = new ArrayList<>();
            final List<Double> values = new ArrayList<>();
            for (final Round round : report.rounds()) {
                if (round.server().equals(server) && round.values().containsKey(metric)) {
                    numbers.add(round.number());
                    values.add(round.values().get(metric));
                }
            }
            if (!numbers.isEmpty()) {
                chart.addSeries(server, numbers, values);
            }
        }
        return chart;
    }
}

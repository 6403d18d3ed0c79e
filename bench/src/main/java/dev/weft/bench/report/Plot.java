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

/** The pictures of a measurement. */
final class Plot {
    private static final int WIDTH = 1_000;
    private static final int HEIGHT = 600;

    private Plot() {}

    /** One file per picture: plot.png, plot-2.png and so on. */
    static void write(final Report report, final Path folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        final List<Picture> pictures = report.question().pictures();
        for (int i = 0; i < pictures.size(); i++) {
            final String metric = pictures.get(i).metric();
            final Chart<?, ?> chart =
                    switch (pictures.get(i).kind()) {
                        case PERCENTILES -> percentiles(report);
                        case ROUNDS -> rounds(report, metric);
                        case BARS -> bars(report, metric);
                        case SWEEP -> sweep(report, metric);
                    };
            ImageIO.write(
                    BitmapEncoder.getBufferedImage(chart),
                    "png",
                    folder.resolve(i == 0 ? "plot.png" : "plot-" + (i + 1) + ".png").toFile());
        }
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
                        .title(
                                report.question().scenario()
                                        + ": "
                                        + report.question().timesMeaning())
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

    private static CategoryChart category(
            final Report report, final String metric, final String axis) {
        final CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(report.question().scenario() + ": " + metric)
                        .xAxisTitle(axis)
                        .yAxisTitle(metric)
                        .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        return chart;
    }

    private static CategoryChart bars(final Report report, final String metric) {
        final CategoryChart chart = category(report, metric + ", median", "");
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setLabelsVisible(true);
        final List<String> servers =
                report.servers().stream()
                        .filter(server -> report.sorted(server, metric).length > 0)
                        .toList();
        if (!servers.isEmpty()) {
            chart.addSeries(
                    metric,
                    servers,
                    servers.stream().map(server -> report.median(server, metric)).toList());
        }
        return chart;
    }

    private static XYChart sweep(final Report report, final String metric) {
        final XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(report.question().scenario() + ": " + metric + ", median")
                        .xAxisTitle("subscribers")
                        .yAxisTitle(metric)
                        .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        for (final String server : report.servers()) {
            final List<Double> places = new ArrayList<>();
            final List<Double> values = new ArrayList<>();
            for (final String name : report.metrics()) {
                final double value = report.median(server, name);
                if (name.startsWith(metric + Picture.AT) && value > 0) {
                    places.add(
                            Double.valueOf(name.substring(metric.length() + Picture.AT.length())));
                    values.add(value);
                }
            }
            if (!places.isEmpty()) {
                chart.addSeries(server, places, values);
            }
        }
        return chart;
    }

    private static CategoryChart rounds(final Report report, final String metric) {
        final CategoryChart chart = category(report, metric, "round");
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

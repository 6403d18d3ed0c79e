package dev.weft.bench.report;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All of one scenario.
 *
 * @param scenario its name, part of the folder's name.
 * @param claim one sentence: what is measured and under which conditions.
 * @param timesMeaning what the histograms hold, empty if there are none.
 * @param goals what has to be reached by the median of Weft's rounds.
 * @param warmUps rounds that do not count.
 * @param rounds rounds that count.
 */
public record Report(
        String scenario,
        String claim,
        String timesMeaning,
        List<Goal> goals,
        List<Round> warmUps,
        List<Round> rounds) {
    /** The server that the goals are for. */
    public static final String PRODUCT = "weft";

    /** Whether every round delivered everything at its rate. */
    public boolean isValid() {
        return violations().isEmpty();
    }

    public List<String> violations() {
        return rounds.stream()
                .flatMap(
                        round ->
                                round.violations().stream()
                                        .map(
                                                text ->
                                                        "%s, round %d: %s"
                                                                .formatted(
                                                                        round.server(),
                                                                        round.number(),
                                                                        text)))
                .toList();
    }

    public boolean isReached() {
        return goals.stream().allMatch(goal -> goal.isReached(median(PRODUCT, goal.metric())));
    }

    /** The middle one of a value over a server's rounds; NaN if there is none. */
    public double median(final String server, final String metric) {
        final double[] sorted = sorted(server, metric);
        return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 2];
    }

    /** All values of a server's rounds, smallest first. */
    public double[] sorted(final String server, final String metric) {
        final double[] values =
                rounds.stream()
                        .filter(round -> round.server().equals(server))
                        .filter(round -> round.values().containsKey(metric))
                        .mapToDouble(round -> round.values().get(metric))
                        .toArray();
        Arrays.sort(values);
        return values;
    }

    public List<String> servers() {
        return rounds.stream()
                .map(Round::server)
                .distinct()
                .sorted((a, b) -> b.compareTo(a))
                .toList();
    }

    public Set<String> metrics() {
        final Set<String> names = new LinkedHashSet<>();
        rounds.forEach(round -> names.addAll(round.values().keySet()));
        return names;
    }
}

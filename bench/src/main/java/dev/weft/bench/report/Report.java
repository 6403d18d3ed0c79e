package dev.weft.bench.report;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All of one scenario. A round with a violation is in no median, ratio or histogram.
 *
 * @param question what was asked.
 * @param peers servers that are somebody else's: their void rounds are told, the others' make the
 *     run worthless.
 * @param warmUps rounds that do not count.
 * @param rounds rounds that count.
 */
public record Report(
        Question question, Set<String> peers, List<Round> warmUps, List<Round> rounds) {
    /** The server that the goals are for. */
    public static final String PRODUCT = "weft";

    /** Whether every round delivered everything at its rate, those of peers apart. */
    public boolean isValid() {
        return violations(false).isEmpty();
    }

    /**
     * What made rounds void.
     *
     * @param ofPeers whether those of the peers, else those of all others.
     */
    public List<String> violations(final boolean ofPeers) {
        return rounds.stream()
                .filter(round -> peers.contains(round.server()) == ofPeers)
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

    /** The goals that this run can say something about: those against a server that took part. */
    public List<Goal> goals() {
        return question.goals().stream()
                .filter(goal -> !goal.isRatio() || servers().contains(goal.against()))
                .toList();
    }

    public boolean isReached() {
        return goals().stream().allMatch(goal -> goal.isReached(value(goal)));
    }

    /** What a goal is held against; NaN if no round has it. */
    public double value(final Goal goal) {
        return goal.isRatio()
                ? middle(ratios(goal.against(), goal.metric()))
                : median(PRODUCT, goal.metric());
    }

    /** The middle one of a value over a server's rounds; NaN if there is none. */
    public double median(final String server, final String metric) {
        return middle(sorted(server, metric));
    }

    /** All values of a server's rounds, smallest first. */
    public double[] sorted(final String server, final String metric) {
        final double[] values =
                valid(server, metric).mapToDouble(round -> round.value(metric)).toArray();
        Arrays.sort(values);
        return values;
    }

    /**
     * The product's value by the other server's, of each round in which both have one, smallest
     * first. What disturbed the machine in a round hit both.
     */
    public double[] ratios(final String other, final String metric) {
        final double[] ratios =
                valid(PRODUCT, metric)
                        .flatMapToDouble(
                                own ->
                                        valid(other, metric)
                                                .filter(round -> round.number() == own.number())
                                                .mapToDouble(
                                                        round ->
                                                                own.value(metric)
                                                                        / round.value(metric)))
                        .toArray();
        Arrays.sort(ratios);
        return ratios;
    }

    static double middle(final double[] sorted) {
        return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 2];
    }

    private Stream<Round> valid(final String server, final String metric) {
        return rounds.stream()
                .filter(round -> round.server().equals(server))
                .filter(round -> round.violations().isEmpty())
                .filter(round -> round.values().containsKey(metric));
    }

    /** All that took part, the product first. */
    public List<String> servers() {
        return rounds.stream()
                .map(Round::server)
                .distinct()
                .sorted((a, b) -> b.equals(PRODUCT) ? 1 : a.equals(PRODUCT) ? -1 : a.compareTo(b))
                .toList();
    }

    public Set<String> metrics() {
        final Set<String> names = new LinkedHashSet<>();
        rounds.forEach(round -> names.addAll(round.values().keySet()));
        return names;
    }
}

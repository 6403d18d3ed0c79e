package dev.weft.bench.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What became worse, beyond the margins. */
final class Regression {
    /**
     * Allocation that is no regression, in bytes per invocation. The smallest object of a JVM has
     * 16; so one more object in an invocation is seen, and what JMH itself allocates once in an
     * iteration, spread over all invocations, is not.
     */
    static final double BYTES_MARGIN = 8;

    private Regression() {}

    /**
     * Compares a run with the baseline.
     *
     * @param margins how many times slower counts as a regression, by name.
     * @return a line for each regression; empty if there is none.
     */
    static List<String> find(
            final Map<String, Cost> baseline,
            final Map<String, Cost> measured,
            final ToDoubleFunction<String> margins) {
        final List<String> found = new ArrayList<>();
        if (baseline.isEmpty()) {
            found.add("there is no baseline, write one with --update");
        }
        measured.forEach(
                (name, cost) -> {
                    final Cost before = baseline.get(name);
                    if (before == null) {
                        return; // a new one: there is nothing yet that it could be worse than
                    }
                    final double margin = margins.applyAsDouble(name);
                    if (cost.timeRatio() > before.timeRatio() * margin) {
                        found.add(
                                String.format(
                                        Locale.ROOT,
                                        "%s: %.2f times as slow as the baseline, %.2f is allowed",
                                        name,
                                        cost.timeRatio() / before.timeRatio(),
                                        margin));
                    }
                    if (cost.bytes() > before.bytes() + BYTES_MARGIN) {
                        found.add(
                                String.format(
                                        Locale.ROOT,
                                        "%s: allocates %.1f bytes per invocation, the baseline %.1f",
                                        name,
                                        cost.bytes(),
                                        before.bytes()));
                    }
                });
        baseline.keySet().stream()
                .filter(name -> !measured.containsKey(name))
                .forEach(name -> found.add(name + ": in the baseline, but not measured"));
        return found;
    }
}

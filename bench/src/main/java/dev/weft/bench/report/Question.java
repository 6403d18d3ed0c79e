package dev.weft.bench.report;

import java.util.List;

/**
 * What a scenario asks.
 *
 * @param scenario its name, part of the folder's name.
 * @param claim one sentence: what is measured and under which conditions.
 * @param timesMeaning what the histograms hold, empty if there are none.
 * @param goals what has to be reached by the product.
 * @param pictures what is plotted.
 */
public record Question(
        String scenario,
        String claim,
        String timesMeaning,
        List<Goal> goals,
        List<Picture> pictures) {}

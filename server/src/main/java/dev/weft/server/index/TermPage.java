package dev.weft.server.index;

import java.util.List;

/**
 * Texts of one field in the order of their bytes.
 *
 * @param isLast whether none follows; otherwise the next page goes on after the last text of this
 *     one.
 */
public record TermPage(List<TermStats> terms, boolean isLast) {
    public TermPage {
        terms = List.copyOf(terms);
    }
}

package dev.weft.server.index;

import org.jspecify.annotations.Nullable;

/**
 * A histogram in the making: it may take a step for each million events that there are, and others
 * are answered between them. Belongs to the thread of the index.
 */
@FunctionalInterface
public interface Counting {
    /**
     * Takes a step.
     *
     * @return what was counted; null if that was not the last step.
     * @throws TooManyTermsException if the field has too many texts there.
     */
    @Nullable Histogram step();
}

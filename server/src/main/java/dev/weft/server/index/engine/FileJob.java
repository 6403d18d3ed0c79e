package dev.weft.server.index.engine;

import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.GrowingSegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What {@code weft-query} wants done with files, and what came of it. Immutable. */
sealed interface FileJob {
    /** A segment to be written; it is only read until the answer. */
    record Write(GrowingSegment segment) implements FileJob {}

    /** A file that is not needed any more. */
    record Delete(Path path) implements FileJob {}

    /** Its answer: the same events, in a file. */
    record Written(GrowingSegment segment, FileSegment file) implements FileJob {}

    /**
     * One after the other at the start: a file of an earlier run.
     *
     * @param file null when there are no more.
     */
    record Found(@Nullable FileSegment file) implements FileJob {}
}

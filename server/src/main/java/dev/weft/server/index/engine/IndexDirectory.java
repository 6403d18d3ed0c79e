package dev.weft.server.index.engine;

import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.index.segment.SegmentWriter;
import dev.weft.server.journal.Forcer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The files of the index: one for each segment, named by its first sequence. A file has its name
 * only when it is whole and forced. Thread: {@code weft-index}.
 */
final class IndexDirectory {
    private static final String SUFFIX = ".segment";
    private static final String UNFINISHED = ".tmp";

    private final Path directory;
    private final SegmentWriter writer = new SegmentWriter();

    IndexDirectory(final Path directory) {
        this.directory = directory;
    }

    /** The files of earlier runs in the order of their sequences; what was not finished is gone. */
    List<Path> open() throws IOException {
        Files.createDirectories(directory);
        final List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (final Path path : (Iterable<Path>) entries::iterator) {
                final String name = String.valueOf(path.getFileName());
                if (name.endsWith(UNFINISHED)) {
                    Files.delete(path);
                } else if (name.endsWith(SUFFIX)) {
                    found.add(path);
                }
            }
        }
        found.sort(null);
        return found;
    }

    FileSegment write(final GrowingSegment segment) throws IOException {
        final String name = String.format(Locale.ROOT, "%020d", segment.firstSequence()) + SUFFIX;
        final Path unfinished = directory.resolve(name + UNFINISHED);
        final Path finished = directory.resolve(name);
        writer.write(segment, unfinished);
        Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
        Forcer.DEVICE.forceDirectory(directory);
        return FileSegment.open(finished);
    }
}

package dev.weft.server.journal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The roll files of a journal in the order of their cycles. Grown by the appender's thread,
 * shortened by the house-keeping one (copy on write); read by any thread.
 */
public final class RollCatalog {
    private volatile RollFile[] files; // written under the lock, which no reader takes

    RollCatalog(final List<RollFile> files) {
        this.files =
                files.stream()
                        .sorted(Comparator.comparingInt(RollFile::cycle))
                        .toArray(RollFile[]::new);
    }

    /**
     * Lists the roll files of a directory; their data ends where the file ends, as far as known.
     */
    public static RollCatalog list(final Path directory) throws IOException {
        final List<RollFile> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (final Path path : (Iterable<Path>) entries::iterator) {
                final int cycle = RollCycleNames.parse(String.valueOf(path.getFileName()));
                if (cycle >= 0) {
                    found.add(new RollFile(cycle, path, Files.size(path)));
                }
            }
        }
        return new RollCatalog(found);
    }

    public List<RollFile> files() {
        return Arrays.asList(files);
    }

    public boolean isEmpty() {
        return files.length == 0;
    }

    @Nullable RollFile first() {
        final RollFile[] all = files;
        return all.length == 0 ? null : all[0];
    }

    public @Nullable RollFile last() {
        final RollFile[] all = files;
        return all.length == 0 ? null : all[all.length - 1];
    }

    public @Nullable RollFile get(final int cycle) {
        final RollFile[] all = files;
        final int index = find(all, cycle);
        return index >= 0 ? all[index] : null;
    }

    /** The file of a cycle or the first one after it, or null if all are older. */
    @Nullable RollFile atOrAfter(final int cycle) {
        final RollFile[] all = files;
        final int index = find(all, cycle);
        final int at = index >= 0 ? index : -index - 1;
        return at < all.length ? all[at] : null;
    }

    /** The file after this one, or null if it is the last. */
    @Nullable RollFile next(final RollFile file) {
        final RollFile[] all = files;
        final int index = find(all, file.cycle());
        final int next = index >= 0 ? index + 1 : -index - 1;
        return next < all.length ? all[next] : null;
    }

    /** Takes a file out. Thread: the opening one, then the house-keeping one. */
    public synchronized void remove(final RollFile file) {
        files = Arrays.stream(files).filter(each -> each != file).toArray(RollFile[]::new);
    }

    /** Adds the newest file. Thread: the opening one, then the appender, once per roll. */
    public synchronized void add(final RollFile file) {
        final RollFile[] all = files;
        final RollFile[] grown = Arrays.copyOf(all, all.length + 1);
        grown[all.length] = file;
        files = grown;
    }

    private static int find(final RollFile[] all, final int cycle) {
        int low = 0;
        int high = all.length - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            final int candidate = all[middle].cycle();
            if (candidate == cycle) {
                return middle;
            }
            if (candidate < cycle) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }
}

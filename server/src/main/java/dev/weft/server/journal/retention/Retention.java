package dev.weft.server.journal.retention;

import dev.weft.server.journal.DeletionProbe.Step;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.RetentionCounters;
import dev.weft.server.journal.file.MappedWindows;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.retention.RetentionPlan.Due;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the roll files that the {@link RetentionPlan} lets go and no {@link
 * dev.weft.server.journal.Lease} holds. A lease holds a file for a bounded time after it may go,
 * and not at all when space is short: publishing comes before reading what is due.
 *
 * <p>A file goes in steps, and a stop after any of them is harmless: the oldest sequence moves up;
 * readers no longer find the file; it is unlinked (a mapping that a reader holds stays valid until
 * he lets go); the directory is forced, so that of two files the older one is never the one that
 * comes back. Nothing is noted elsewhere: the next start finds the files that are there, and what
 * is due of them goes again.
 *
 * <p>Thread: the house-keeping one, but for what says otherwise.
 */
public final class Retention {
    private static final long CHECK_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NS_PER_US = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final JournalConfig config;
    private final RollCatalog catalog;
    private final MappedWindows windows;
    private final Leases leases = new Leases();
    private final RetentionCounters counters = new RetentionCounters();
    private final Map<Integer, Long> dueSinceNs = new HashMap<>(); // by cycle
    private final Queue<RollFile> condemned = new ArrayDeque<>(); // still to be unlinked
    private volatile long retainedFrom; // read by readers
    private volatile long dueUpTo; // read by who holds a lease
    private long checkedNs;
    private long seenTimestampUs;
    private long seenNs;
    private boolean refused;

    /** What retention asks the journal that it deletes from. */
    public interface Source {
        /** Newest sequence. */
        long appendedSequence();

        /** Time of the newest event, microseconds since the epoch. */
        long newestTimestamp();

        Positions positions();

        /** Whether nobody writes to a file or forces it any more. */
        boolean isFinished(RollFile file);

        /** Whether publishing may soon be refused because the disk is full. */
        boolean isSpaceShort();
    }

    public Retention(
            final JournalConfig config, final RollCatalog catalog, final MappedWindows windows) {
        this.config = config;
        this.catalog = catalog;
        this.windows = windows;
        seenNs = config.nanoClock().getAsLong();
        checkedNs = seenNs - CHECK_INTERVAL_NS;
    }

    /** Any thread. */
    public Leases leases() {
        return leases;
    }

    /** Any thread. */
    public RetentionCounters counters() {
        return counters;
    }

    /** No sequence below is there any more; 0 if nothing was deleted. Any thread. */
    public long retainedFrom() {
        return retainedFrom;
    }

    /** Newest sequence of what may go, 0 if nothing may. Any thread. */
    public long dueUpTo() {
        return dueUpTo;
    }

    /**
     * Deletes what may go, looking about once a second.
     *
     * @return files deleted.
     */
    public int doWork(final Source source) {
        if (config.retention().isOff()) {
            return 0;
        }
        final long nowNs = config.nanoClock().getAsLong();
        if (nowNs - checkedNs < CHECK_INTERVAL_NS) {
            return 0;
        }
        checkedNs = nowNs;
        final List<Due> due =
                RetentionPlan.of(
                        files(source.positions()),
                        source.appendedSequence(),
                        config.retention(),
                        nowUs(source.newestTimestamp(), nowNs));
        dueUpTo = due.isEmpty() ? 0 : due.get(due.size() - 1).lastSequence();
        for (final Due each : due) {
            dueSinceNs.putIfAbsent(each.file().file().cycle(), nowNs);
        }
        for (final Due each : due) {
            if (!source.isFinished(each.file().file()) || !mayGo(each, nowNs, source)) {
                break; // nor do those behind it
            }
            condemn(each, source.positions());
        }
        return unlink();
    }

    private boolean mayGo(final Due due, final long nowNs, final Source source) {
        final long needed = leases.lowest();
        if (needed >= due.oldestAfter()) {
            return true;
        }
        final int cycle = due.file().file().cycle();
        final boolean isOver =
                nowNs - dueSinceNs.getOrDefault(cycle, nowNs) >= config.retention().leaseMaxNs();
        if (!isOver && !source.isSpaceShort()) {
            return false;
        }
        counters.onOverruled();
        LOG.warn(
                "a reader is too slow for retention: file={} sequence={} reason={}",
                due.file().file(),
                needed,
                isOver ? "its lease is over" : "disk space is short");
        return true;
    }

    /** From here on nobody finds it. */
    private void condemn(final Due due, final Positions positions) {
        final RollFile file = due.file().file();
        LOG.info(
                "roll file goes: file={} upTo={} reason={}",
                file.path(),
                due.lastSequence(),
                due.reason());
        retainedFrom = due.oldestAfter();
        config.deletionProbe().at(Step.MARK_MOVED);
        catalog.remove(file);
        positions.forgetUpTo(file.cycle());
        windows.forget(file);
        dueSinceNs.remove(file.cycle());
        config.deletionProbe().at(Step.TAKEN_OUT);
        condemned.add(file);
    }

    /** Oldest first; one that cannot be unlinked is tried again, and those behind it wait. */
    private int unlink() {
        int count = 0;
        try {
            for (RollFile file = condemned.peek(); file != null; file = condemned.peek()) {
                final long length = Files.exists(file.path()) ? Files.size(file.path()) : 0;
                Files.deleteIfExists(file.path());
                config.deletionProbe().at(Step.UNLINKED);
                config.forcer().forceDirectory(config.directory());
                config.deletionProbe().at(Step.FORCED);
                condemned.remove();
                counters.onDeleted(length);
                count++;
            }
            refused = false;
        } catch (final IOException ex) {
            if (!refused) {
                LOG.error("a roll file that has to go cannot be deleted, tried again", ex);
            }
            refused = true;
        }
        return count;
    }

    private List<RetainedFile> files(final Positions positions) {
        final List<RetainedFile> files = new ArrayList<>();
        for (final RollFile file : catalog.files()) {
            final int entry = positions.firstOf(file.cycle());
            files.add(
                    entry == Positions.NONE
                            ? new RetainedFile(file, 0, 0, file.dataEnd())
                            : new RetainedFile(
                                    file,
                                    positions.firstSequence(entry),
                                    positions.timestamp(entry),
                                    file.dataEnd()));
        }
        return files;
    }

    /**
     * The wall clock, but never ahead of the newest event and the time that has passed since it was
     * seen: a clock that jumps must not cost the history. Time while the server was down counts
     * from the first event after it.
     */
    private long nowUs(final long newestUs, final long nowNs) {
        if (newestUs != seenTimestampUs) {
            seenTimestampUs = newestUs;
            seenNs = nowNs;
        }
        return Math.min(
                config.clockUs().getAsLong(), seenTimestampUs + (nowNs - seenNs) / NS_PER_US);
    }
}

package dev.weft.server.journal.store;

import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.OpenedJournal;
import dev.weft.server.journal.RecoveryReport;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.append.ChronicleAppender;
import dev.weft.server.journal.append.Preallocator;
import dev.weft.server.journal.file.FileIo;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.recovery.DirectoryCheck;
import dev.weft.server.journal.recovery.DirectoryLock;
import dev.weft.server.journal.recovery.LibraryCheck;
import dev.weft.server.journal.recovery.Numbering;
import dev.weft.server.journal.recovery.Recovery;
import dev.weft.server.journal.recovery.StateFile;
import dev.weft.server.journal.recovery.Tail;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a journal: lock, recovery, reservation of sequences, preallocation, Chronicle, and a first
 * record that must be found where a reader looks for it. Any failure leaves nothing open.
 */
public final class Journals {
    private static final Logger LOG = LoggerFactory.getLogger(Journals.class);

    private Journals() {}

    /**
     * Opens or makes the journal of a directory for the one process that may have it.
     *
     * @throws JournalException FATAL with the reason in words: directory in use, no space, a JVM
     *     flag is missing, or the journal cannot be brought into a sound state.
     */
    public static OpenedJournal open(final JournalConfig config) {
        final long startNs = System.nanoTime();
        LibraryCheck.check();
        try {
            Files.createDirectories(config.directory());
            DirectoryCheck.check(config.directory());
            final DirectoryLock lock = DirectoryLock.acquire(config.directory());
            try (Undo undo = new Undo()) {
                undo.onFailure(lock);
                final OpenedJournal opened = open(config, lock, undo, startNs);
                undo.succeeded();
                return opened;
            }
        } catch (final IOException ex) {
            throw new JournalException(
                    true,
                    "cannot open the journal: directory=" + config.directory() + " cause=" + ex,
                    ex);
        }
    }

    private static OpenedJournal open(
            final JournalConfig config,
            final DirectoryLock lock,
            final Undo undo,
            final long startNs)
            throws IOException {
        final StateFile stateFile = StateFile.open(config.directory(), config.forcer());
        undo.onFailure(stateFile);
        final PositionsFile positionsFile = PositionsFile.open(config.directory());
        undo.onFailure(positionsFile);
        final Recovery recovery = new Recovery(config, stateFile, positionsFile);
        recovery.run();
        ChronicleAppender appender;
        Preallocator preallocator = preallocate(config, recovery);
        try {
            appender = openAppender(config, recovery);
        } catch (final IOException | RuntimeException | AssertionError ex) {
            preallocator.close();
            if (isAboutTheSystem(ex)) {
                throw new JournalException(
                        true,
                        "Chronicle cannot open the journal: directory="
                                + config.directory()
                                + " cause="
                                + ex,
                        ex);
            }
            LOG.error("Chronicle cannot open the last roll file, it is rewritten", ex);
            recovery.rewriteLast("Chronicle cannot append: " + ex.getMessage());
            preallocator = preallocate(config, recovery);
            appender = openAppender(config, recovery);
        }
        undo.onFailure(appender);
        undo.onFailure(preallocator::close);
        // Read before the state is replaced: what follows depends on how the last run ended.
        final Numbering numbering = recovery.numbering();
        final long lastSequence = recovery.tail().lastSequence();
        final long nextSequence = numbering.next(lastSequence);
        final String reason = numbering.skipReason(lastSequence);
        stateFile.write(
                stateFile
                        .state()
                        .numberedFrom(nextSequence) // also if nothing is appended in this run
                        .running(
                                Math.max(
                                        stateFile.state().reservedUpTo(),
                                        nextSequence + config.sequencesReserved()),
                                config.bootId().get()));
        FileIo.force(config.directory());
        final ChronicleJournal journal =
                new ChronicleJournal(
                        config,
                        new ChronicleJournal.Parts(
                                lock,
                                stateFile,
                                positionsFile,
                                recovery.catalog(),
                                recovery.positions(),
                                preallocator,
                                appender),
                        recovery.tail(),
                        nextSequence);
        final RecoveryReport report =
                new RecoveryReport(
                        recovery.isClean(),
                        recovery.findings().damage(),
                        recovery.findings().gaps(),
                        nextSequence > lastSequence + 1
                                ? new SequenceRange(lastSequence + 1, nextSequence - 1)
                                : null,
                        reason,
                        recovery.findings().quarantined(),
                        Duration.ofNanos(System.nanoTime() - startNs));
        if (report.isDamaged()) {
            LOG.error("journal was damaged: {}", report);
        }
        final SequenceRange skipped = report.skipped();
        if (numbering.isStateLost()) {
            LOG.error(
                    "{}: how far sequences were given out is not known, they go on at {}",
                    reason,
                    nextSequence);
        } else if (skipped != null) {
            LOG.warn(
                    "sequences are skipped, they may have been given out: from={} to={} reason={}",
                    skipped.from(),
                    skipped.to(),
                    reason);
        }
        return new OpenedJournal(journal, report);
    }

    /** Whether a file could not be opened at all; then its content is not to blame. */
    private static boolean isAboutTheSystem(final Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSystemException || cause instanceof FileNotFoundException) {
                return true;
            }
        }
        return false;
    }

    private static Preallocator preallocate(final JournalConfig config, final Recovery recovery)
            throws IOException {
        final Tail tail = recovery.tail();
        RollFile file = recovery.catalog().last();
        if (file == null || tail.isFinished()) {
            final int cycle =
                    file == null
                            ? RollCycleNames.cycleOf(config.clockUs().getAsLong())
                            : file.cycle() + 1;
            file =
                    new RollFile(
                            cycle, config.directory().resolve(RollCycleNames.fileName(cycle)), 0);
            recovery.catalog().add(file);
        }
        return Preallocator.open(config, file);
    }

    private static ChronicleAppender openAppender(
            final JournalConfig config, final Recovery recovery) throws IOException {
        final RollFile file = recovery.catalog().last();
        if (file == null) {
            throw new JournalException(true, "no roll file to append to");
        }
        return ChronicleAppender.open(
                config.directory(),
                config.blockSize(),
                file.cycle(),
                file.dataEnd(),
                config.probe());
    }

    /** Closes in reverse order what was opened, unless all went well. */
    private static final class Undo implements AutoCloseable {
        private final Deque<AutoCloseable> opened = new ArrayDeque<>();

        void onFailure(final AutoCloseable resource) {
            opened.push(resource);
        }

        void succeeded() {
            opened.clear();
        }

        @Override
        public void close() {
            while (!opened.isEmpty()) {
                try {
                    opened.pop().close();
                } catch (final Exception ex) {
                    LOG.warn("cannot close after a failed opening", ex);
                }
            }
        }
    }
}

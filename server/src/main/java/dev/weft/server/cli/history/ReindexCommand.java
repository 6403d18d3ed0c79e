package dev.weft.server.cli.history;

import dev.weft.server.cli.JournalText;
import dev.weft.server.cli.LogSetup;
import dev.weft.server.cli.StatusLine;
import dev.weft.server.cli.Terminal;
import dev.weft.server.index.engine.Indexing;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.store.Journals;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft reindex}: the index of a journal made anew. */
@Command(
        name = "reindex",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Throws the index of a journal away and makes it anew.",
            "No server may be running on it. That is never needed: a server notices what is missing or damaged and makes"
                    + " it again by itself. It is for who wants it done before a start, or has seen an answer that he"
                    + " does not believe."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything is indexed",
            "1:the journal cannot be opened, for instance because a server has it",
            "2:wrong usage"
        })
public final class ReindexCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final long WAIT_NS = 1_000_000;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "DIRECTORY", description = "The journal, such as ./data.")
    private Path directory = Path.of("");

    /** For picocli. */
    public ReindexCommand() {}

    @Override
    public Integer call() throws Exception {
        LogSetup.level("warn"); // the libraries below are chatty
        if (!Files.exists(directory.resolve("journal.state"))) {
            throw new ParameterException(spec.commandLine(), "there is no journal in " + directory);
        }
        try (Journal journal = Journals.open(JournalConfig.of(directory)).journal()) {
            final Path files = directory.resolve("index");
            delete(files);
            index(journal, files);
            return 0;
        } catch (final JournalException ex) {
            spec.commandLine().getErr().println("weft reindex: " + ex.getMessage());
            return FAILED;
        } finally {
            out().flush();
            spec.commandLine().getErr().flush();
        }
    }

    private static void delete(final Path files) throws IOException {
        if (Files.isDirectory(files)) {
            try (DirectoryStream<Path> old = Files.newDirectoryStream(files, "*.{segment,tmp}")) {
                for (final Path file : old) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Does the work of two threads of a server in turns. */
    private void index(final Journal journal, final Path files) throws Exception {
        final long startNs = System.nanoTime();
        final Indexing indexing =
                new Indexing(journal, files, SegmentLimits.PRODUCT, System::nanoTime);
        final Agent agent = indexing.agent();
        final Agent filer = indexing.filer();
        final StatusLine line =
                new StatusLine(
                        spec.commandLine().getErr(),
                        Terminal.isError(),
                        () -> text(journal, indexing, startNs));
        try {
            filer.onStart();
            agent.onStart();
            int workCount = 1;
            while (workCount > 0
                    || indexing.counters().indexedSequence() < journal.appendedSequence()) {
                if (workCount == 0) {
                    LockSupport.parkNanos(WAIT_NS);
                }
                workCount = filer.doWork() + agent.doWork();
                line.update();
            }
        } finally {
            agent.onClose();
            filer.onClose();
        }
        line.end();
        out().println(text(journal, indexing, startNs));
    }

    private static String text(final Journal journal, final Indexing indexing, final long startNs) {
        return String.format(
                Locale.ROOT,
                "indexed up to %,d of %,d in %.1f s, %,d segment(s), %s in files",
                indexing.counters().indexedSequence(),
                journal.appendedSequence(),
                (System.nanoTime() - startNs) / 1e9,
                indexing.counters().segments(),
                JournalText.size(indexing.counters().fileBytes()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

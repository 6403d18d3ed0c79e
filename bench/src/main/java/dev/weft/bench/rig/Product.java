package dev.weft.bench.rig;

import dev.weft.bench.report.Report;
import dev.weft.bench.server.Contenders;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The product, for scenarios that start it themselves, beside the rig's own server. Immutable. */
public final class Product {
    private static final String SERVE = "serve";

    private final Path work;
    private final List<String> command;

    /**
     * @param work for journals and logs.
     * @param command starts a server when its options are appended.
     */
    public Product(final Path work, final List<String> command) {
        this.work = work;
        this.command = List.copyOf(command);
    }

    /** What a scenario does in a folder of its own. */
    @FunctionalInterface
    public interface Work {
        void in(Path folder) throws IOException;
    }

    /** Makes a folder for something and takes it away again, with all that was put there. */
    public void inFolder(final Work something) throws IOException {
        final Path folder = Files.createTempDirectory(work, "own");
        try {
            something.in(folder);
        } finally {
            Rig.delete(folder);
        }
    }

    /** Gets the error output of what is started here. */
    public Path log() {
        return work.resolve("own.log");
    }

    /** Starts a server. */
    public ServerProcess start(final Path data, final String... options) throws IOException {
        final List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(options));
        return Contenders.weft(Report.PRODUCT, whole).starter().start(data, log());
    }

    /** The words that run another of the program's commands. */
    public List<String> program(final String... arguments) {
        final List<String> words =
                new ArrayList<>(command.subList(0, Math.max(1, command.indexOf(SERVE))));
        words.addAll(List.of(arguments));
        return words;
    }
}

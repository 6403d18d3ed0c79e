package dev.weft.server.journal.store;

import dev.weft.server.journal.AppendProbe;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.RetentionLimits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that opens a journal, appends or deletes, and is stopped without warning at a given
 * step of that. What it was told to be appended it notes in a mapped file beside the journal, which
 * survives it.
 */
final class JournalChild {
    static final int HALTED = 9;
    static final int REFUSED = 3;
    static final int KILLED = 128 + 9;
    static final int EVENTS_PER_HOUR = 3;

    /** Comes before the name of a {@link dev.weft.server.journal.DeletionProbe.Step}. */
    static final String DELETE = "DELETE:";

    private static final int NOTE_LENGTH = 4_096;
    private static final int APPENDED = 0;
    private static final int READY_MS = 8;

    private JournalChild() {}

    /**
     * Runs in the child.
     *
     * @param arguments directory, file of notes, blocks to append, step to halt at ({@code NONE}
     *     for a clean stop), hours between two blocks; or, with {@code DELETE} before the step, in
     *     which deletion of a roll file to be killed, and hours to fill before.
     */
    public static void main(final String[] arguments) throws IOException {
        if (arguments[3].startsWith(DELETE)) {
            delete(arguments);
        } else {
            append(arguments);
        }
    }

    private static void append(final String[] arguments) throws IOException {
        final Path directory = Path.of(arguments[0]);
        final int blockCount = Integer.parseInt(arguments[2]);
        final long stepUs = Long.parseLong(arguments[4]) * JournalHarness.HOUR_US;
        final int[] countdown = {blockCount};
        final JournalConfig config = JournalHarness.small(directory);
        if (!arguments[3].equals("NONE")) {
            final AppendProbe.Step halt = AppendProbe.Step.valueOf(arguments[3]);
            config.probe(
                    step -> {
                        if (step == halt && --countdown[0] == 0) {
                            Runtime.getRuntime().halt(HALTED);
                        }
                    });
        }
        try (RandomAccessFile file = new RandomAccessFile(arguments[1], "rw")) {
            final MappedByteBuffer notes =
                    file.getChannel().map(MapMode.READ_WRITE, 0, NOTE_LENGTH);
            final long startNs = System.nanoTime();
            try (JournalHarness harness = new JournalHarness(config)) {
                notes.putLong(READY_MS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
                for (int i = 0; i <= blockCount; i++) {
                    harness.append(3, 100 + i % 500);
                    notes.putLong(APPENDED, harness.journal.appendedSequence());
                    harness.clockUs += stepUs;
                }
            }
        } catch (final JournalException ex) {
            System.out.println(ex.getMessage());
            Runtime.getRuntime().halt(REFUSED);
        }
    }

    private static void delete(final String[] arguments) throws IOException {
        final int[] countdown = {Integer.parseInt(arguments[2])};
        final String killAt = arguments[3].substring(DELETE.length());
        final long[] nowNs = {0};
        final JournalConfig config =
                JournalHarness.small(Path.of(arguments[0]))
                        .nanoClock(() -> nowNs[0])
                        .retention(new RetentionLimits(0, 0, 1, 0))
                        .deletionProbe(
                                step -> {
                                    if (step.name().equals(killAt) && --countdown[0] == 0) {
                                        kill();
                                    }
                                });
        try (RandomAccessFile file = new RandomAccessFile(arguments[1], "rw");
                JournalHarness harness = new JournalHarness(config)) {
            harness.appendHours(Integer.parseInt(arguments[4]), EVENTS_PER_HOUR);
            file.getChannel()
                    .map(MapMode.READ_WRITE, 0, NOTE_LENGTH)
                    .putLong(APPENDED, harness.journal.appendedSequence());
            nowNs[0] += TimeUnit.SECONDS.toNanos(2);
            harness.journal.doHousekeeping();
        }
    }

    /** By a signal, as an impatient supervisor would; does not return. */
    private static void kill() {
        try {
            final String pid = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", "-9", pid).start().waitFor();
        } catch (final IOException | InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    /** How a child ended. */
    record Ended(int exitCode, long appendedSequence, long readyMs, String output) {}

    /**
     * Runs a child and waits for its end.
     *
     * @param wrapper command to run it under, such as a new PID namespace.
     */
    static Ended run(final List<String> wrapper, final Path directory, final String... arguments)
            throws IOException, InterruptedException {
        final Path notes = directory.resolveSibling(directory.getFileName() + ".notes");
        final List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Xshare:auto");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(JournalChild.class.getName());
        command.add(directory.toString());
        command.add(notes.toString());
        command.addAll(Arrays.asList(arguments));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("child hangs: " + command);
        }
        try (RandomAccessFile file = new RandomAccessFile(notes.toFile(), "rw")) {
            final MappedByteBuffer map = file.getChannel().map(MapMode.READ_WRITE, 0, NOTE_LENGTH);
            return new Ended(
                    process.exitValue(), map.getLong(APPENDED), map.getLong(READY_MS), output);
        }
    }

    /** The flags that this JVM was started with, but for its memory. */
    private static List<String> flags() {
        return java.lang.management.ManagementFactory.getRuntimeMXBean()
                .getInputArguments()
                .stream()
                .filter(
                        flag ->
                                flag.startsWith("--add-")
                                        || flag.startsWith("--enable")
                                        || flag.startsWith("--sun")
                                        || flag.startsWith("-Dchronicle"))
                .toList();
    }
}

package dev.weft.server.cli.journal;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.cli.JournalText;
import dev.weft.server.journal.store.JournalInspection.Facts;
import dev.weft.server.journal.store.JournalInspection.FileFacts;
import dev.weft.server.journal.store.JournalInspection.StateFacts;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft inspect}: what is in a journal on disk. */
@Command(
        name = "inspect",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a journal on disk holds: its files, sequences, times, sizes, and damage if there is any.",
            "Reads only; a server may be running on it. To judge it, use verify."
        })
public final class InspectCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private JournalDirectory directory = new JournalDirectory();

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Option(names = "--blocks", description = "Every block too: a line each, before the rest.")
    private boolean blocks;

    /** For picocli. */
    public InspectCommand() {}

    @Override
    public Integer call() throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        final Facts facts =
                directory.inspect(
                        (file, position, block) -> {
                            if (blocks) {
                                out.println(
                                        json
                                                ? InspectJson.block(file, position, block)
                                                : line(file, position, block));
                            }
                        });
        if (json) {
            out.println(InspectJson.facts(directory.path(), facts));
        } else {
            print(out, facts);
        }
        out.flush();
        return 0;
    }

    private void print(final PrintWriter out, final Facts facts) {
        long bytes = 0;
        for (final FileFacts file : facts.files()) {
            bytes += file.dataLength();
        }
        out.println(
                "journal    %s: %,d events, %s in %d file(s)"
                        .formatted(
                                directory.path(),
                                facts.eventCount(),
                                JournalText.size(bytes),
                                facts.files().size()));
        out.println("state      " + state(facts.state()));
        out.println(
                "positions  %,d entries%s"
                        .formatted(
                                facts.positionCount(),
                                facts.wrongPositionCount() == 0
                                        ? ""
                                        : ", %,d of them stale"
                                                .formatted(facts.wrongPositionCount())));
        out.println();
        out.println(
                "%-18s %14s %14s %12s %9s  %-23s  %-23s %9s  %s"
                        .formatted(
                                "file",
                                "first",
                                "last",
                                "events",
                                "blocks",
                                "from (UTC)",
                                "to (UTC)",
                                "data",
                                "state"));
        for (final FileFacts file : facts.files()) {
            out.println(
                    "%-18s %,14d %,14d %,12d %,9d  %-23s  %-23s %9s  %s"
                            .formatted(
                                    file.name(),
                                    file.firstSequence(),
                                    file.lastSequence(),
                                    file.eventCount(),
                                    file.blockCount(),
                                    JournalText.time(file.firstTimestamp()),
                                    JournalText.time(file.lastTimestamp()),
                                    JournalText.size(file.dataLength()),
                                    file.isFinished() ? "finished" : "open"));
        }
        facts.gaps()
                .forEach(
                        gap ->
                                out.println(
                                        "gap        %,d to %,d".formatted(gap.from(), gap.to())));
        facts.damages().forEach(damage -> out.println("damage     " + damage));
        facts.quarantined().forEach(name -> out.println("quarantine " + name));
    }

    private static String line(final String file, final long position, final BlockFlyweight block) {
        return "%s %,14d  %,d to %,d  %s  %,d bytes"
                .formatted(
                        file,
                        position,
                        block.firstSequence(),
                        block.lastSequence(),
                        JournalText.time(block.timestamp(0)),
                        block.length());
    }

    private static String state(final @Nullable StateFacts state) {
        if (state == null) {
            return "unknown: no readable state file";
        }
        return String.format(
                Locale.ROOT,
                "%s; sequences reserved up to %,d",
                state.isCleanStop()
                        ? "stopped cleanly at " + state.headSequence()
                        : "running, or not stopped cleanly",
                state.reservedUpTo());
    }
}

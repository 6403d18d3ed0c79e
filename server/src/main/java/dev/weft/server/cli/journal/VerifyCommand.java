package dev.weft.server.cli.journal;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.cli.Problems;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.store.JournalInspection.Facts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code weft verify}: whether a journal on disk is whole. */
@Command(
        name = "verify",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Checks every byte of a journal on disk.",
            "That is checksums, unbroken sequences, the ids inside the frames, the state file and the index of positions."
                    + " Reads only.",
            "Sequences that a recovery skipped on purpose (its journal.recovered event says so) are no damage."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:whole",
            "1:damaged; where, on standard output",
            "2:wrong usage, or no journal there"
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final byte[] RECOVERED = "journal.recovered".getBytes(StandardCharsets.US_ASCII);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private JournalDirectory directory = new JournalDirectory();

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing when it is whole.")
    private boolean quiet;

    private final List<SequenceRange> skipped = new ArrayList<>();

    /** For picocli. */
    public VerifyCommand() {}

    @Override
    public Integer call() throws IOException {
        final long startNs = System.nanoTime();
        final Facts facts = directory.inspect((file, position, block) -> noteRecoveries(block));
        final PrintWriter out = spec.commandLine().getOut();
        final List<String> damages = new ArrayList<>(facts.damages());
        for (final SequenceRange gap : facts.gaps()) {
            if (!skipped.contains(gap)) {
                damages.add("events missing: %d to %d".formatted(gap.from(), gap.to()));
            }
        }
        damages.forEach(damage -> out.println("damaged: " + damage));
        if (facts.wrongPositionCount() > 0 && !quiet) {
            out.println(
                    "note: %,d of %,d positions are stale; readers do not trust them, the next start makes them anew"
                            .formatted(facts.wrongPositionCount(), facts.positionCount()));
        }
        if (damages.isEmpty() && !quiet) {
            out.println(
                    "whole: %,d events in %d file(s), checked in %.1f s"
                            .formatted(
                                    facts.eventCount(),
                                    facts.files().size(),
                                    (System.nanoTime() - startNs) / 1e9));
        }
        out.flush();
        return damages.isEmpty() ? 0 : 1;
    }

    private void noteRecoveries(final BlockFlyweight block) {
        for (int i = 0; i < block.count(); i++) {
            if (isRecovery(block, i)) {
                final JsonNode data =
                        Problems.json(
                                block.buffer()
                                        .getStringWithoutLengthUtf8(
                                                block.dataOffset(i), block.dataLength(i)));
                skipped.add(
                        new SequenceRange(
                                data.path("skipped_from").asLong(0),
                                data.path("skipped_to").asLong(0)));
            }
        }
    }

    private static boolean isRecovery(final BlockFlyweight block, final int index) {
        if (block.fieldLength(index, RecordDescriptor.TYPE_OFFSET) != RECOVERED.length) {
            return false;
        }
        final int offset = block.fieldOffset(index, RecordDescriptor.TYPE_OFFSET);
        for (int i = 0; i < RECOVERED.length; i++) {
            if (block.buffer().getByte(offset + i) != RECOVERED[i]) {
                return false;
            }
        }
        return true;
    }
}

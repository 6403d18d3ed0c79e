package dev.weft.server.cli.journal;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.store.JournalInspection.Facts;
import dev.weft.server.journal.store.JournalInspection.FileFacts;
import dev.weft.server.journal.store.JournalInspection.StateFacts;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The facts of a journal for programs. Times are microseconds since the epoch, as in the envelope.
 */
final class InspectJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private InspectJson() {}

    static String facts(final Path directory, final Facts facts) {
        final ObjectNode all = JSON.createObjectNode();
        all.put("directory", directory.toString());
        all.put("events", facts.eventCount());
        final StateFacts state = facts.state();
        if (state != null) {
            all.putObject("state")
                    .put("clean_stop", state.isCleanStop())
                    .put("head", state.headSequence())
                    .put("reserved_up_to", state.reservedUpTo())
                    .put("boot_id", state.bootId());
        }
        all.putObject("positions")
                .put("entries", facts.positionCount())
                .put("stale", facts.wrongPositionCount());
        final ArrayNode files = all.putArray("files");
        facts.files().forEach(file -> file(files.addObject(), file));
        final ArrayNode gaps = all.putArray("gaps");
        for (final SequenceRange gap : facts.gaps()) {
            gaps.addObject().put("from", gap.from()).put("to", gap.to());
        }
        final ArrayNode damages = all.putArray("damages");
        facts.damages().forEach(damages::add);
        final ArrayNode quarantined = all.putArray("quarantined");
        facts.quarantined().forEach(quarantined::add);
        return all.toString();
    }

    static String block(final String file, final long position, final BlockFlyweight block) {
        return JSON.createObjectNode()
                .put("file", file)
                .put("position", position)
                .put("first_seq", block.firstSequence())
                .put("last_seq", block.lastSequence())
                .put("first_ts", block.timestamp(0))
                .put("length", block.length())
                .toString();
    }

    private static void file(final ObjectNode node, final FileFacts file) {
        node.put("name", file.name())
                .put("length", file.length())
                .put("data_length", file.dataLength())
                .put("blocks", file.blockCount())
                .put("events", file.eventCount())
                .put("first_seq", file.firstSequence())
                .put("last_seq", file.lastSequence())
                .put("first_ts", file.firstTimestamp())
                .put("last_ts", file.lastTimestamp())
                .put("finished", file.isFinished());
    }
}

package dev.weft.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.index.EventQuery;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.journal.JournalReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Commands on one thread, the test's: query thread and sequencer work when it wants them to. */
public final class CommandsByHand implements AutoCloseable {
    private static final Pattern TYPE = Pattern.compile("\"type\":\"([^\"]+)\",\"category\"");
    private static final int TURNS_MAX = 1_000;

    private final HandDriven core;
    private final Commands commands;

    /**
     * Nothing has happened yet.
     *
     * @param inboxCapacity publishes that may wait.
     */
    public CommandsByHand(final int inboxCapacity) {
        core = new HandDriven(inboxCapacity);
        commands =
                new Commands(
                        core.history(),
                        core.journal(),
                        core.inbox(),
                        core.events(),
                        Runnable::run,
                        false);
    }

    public HandDriven core() {
        return core;
    }

    public Commands commands() {
        return commands;
    }

    /** Appends events as the server does, or as callers if their source says so. */
    public void append(final EventBuilder... events) {
        for (final EventBuilder event : events) {
            assertThat(core.events().publish(event, pending -> {})).isTrue();
        }
        core.sequenceAll();
    }

    /** What became of a command: its reply, or why it was refused. */
    public record Outcome(@Nullable Reply reply, @Nullable Problem problem) {
        /** The body of the reply. */
        public String json() {
            return String.valueOf(Objects.requireNonNull(reply, String.valueOf(problem)).json());
        }

        /** The refusal, as {@code status detail}. */
        public String refusal() {
            final Problem refused = Objects.requireNonNull(problem, String.valueOf(reply));
            return refused.status() + " " + refused.detail();
        }
    }

    /** Gives a command and lets everybody work until it is answered. */
    public Outcome ask(final Command command) {
        final Outcome[] outcome = new Outcome[1];
        commands.run(
                command,
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        outcome[0] = new Outcome(reply, null);
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        outcome[0] = new Outcome(null, problem);
                    }
                });
        for (int i = 0; i < TURNS_MAX && outcome[0] == null; i++) {
            work();
        }
        return Objects.requireNonNull(outcome[0]);
    }

    /** Lets query thread and sequencer work. */
    public void work() {
        core.query();
        core.sequenceAll();
    }

    public long count(final EventQuery query) {
        final long[] count = new long[1];
        ask(
                (index, head) -> {
                    count[0] = index.select(query).count();
                    return Decision.reply(new Reply(200, null));
                });
        return count[0];
    }

    /** All events as they stand in the journal, one behind the other. */
    public String journaled() {
        final StringBuilder all = new StringBuilder();
        final BlockFlyweight view = new BlockFlyweight();
        try (JournalReader read = core.journal().newReader()) {
            while (read.next(view) == JournalReader.BLOCK) {
                final byte[] bytes = new byte[view.length() - view.framesOffset()];
                view.buffer().getBytes(view.framesOffset(), bytes);
                all.append(new String(bytes, StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }

    /** Types of all events in the journal. */
    public List<String> types() {
        return TYPE.matcher(journaled()).results().map(each -> each.group(1)).toList();
    }

    @Override
    public void close() {
        core.close();
    }
}

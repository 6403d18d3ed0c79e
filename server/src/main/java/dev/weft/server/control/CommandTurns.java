package dev.weft.server.control;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one connection, one at a time: what was sent first is done first. There are no
 * more than the connection has unanswered requests. Thread: the connection's loop.
 */
final class CommandTurns {
    private static final AttributeKey<CommandTurns> KEY =
            AttributeKey.valueOf(CommandTurns.class, "turns");

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean isUnderWay;

    private CommandTurns() {}

    static CommandTurns of(final Channel channel) {
        final CommandTurns present = channel.attr(KEY).get();
        if (present != null) {
            return present;
        }
        final CommandTurns made = new CommandTurns();
        channel.attr(KEY).set(made);
        return made;
    }

    /** Runs it now or when it is its turn; each is ended by {@link #end}. */
    void start(final Runnable command) {
        waiting.add(command);
        next();
    }

    /** The command that is under way has ended. */
    void end() {
        isUnderWay = false;
        next();
    }

    private void next() {
        if (isUnderWay) {
            return;
        }
        final @Nullable Runnable command = waiting.poll();
        if (command != null) {
            isUnderWay = true;
            command.run();
        }
    }
}

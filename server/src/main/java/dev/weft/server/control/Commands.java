package dev.weft.server.control;

import dev.weft.protocol.Problem;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.sequencer.AppendInbox;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Does commands: has them decided on the query thread, appends what they come to, and decides again
 * when something changed in between. One per thread that gives commands.
 */
public final class Commands {
    /** How often a command is decided; each time somebody else was faster. */
    static final int DECISIONS_MAX = 32;

    static final Problem CONTENDED =
            new Problem(503, "others change this all the time: nothing was done, try again");

    /** The one refusal of something that is done. */
    static final Problem UNTOLD =
            new Problem(500, "it is done, but the server failed to answer; its log says why");

    /**
     * Commands that are given at once at the most. Fewer than questions may wait, so that those of
     * clients have room.
     */
    public static final int TOGETHER_MAX = 256;

    private final History history;
    private final Journal journal;
    private final AppendInbox inbox;
    private final ServerEvents events;
    private final Executor thread;
    private final boolean durable;

    /**
     * Makes it idle.
     *
     * @param events used by {@code thread} alone.
     * @param thread the one that gives the commands and gets the answers; when it has ended, it
     *     refuses.
     * @param durable whether events are forced to disk before the answer.
     */
    public Commands(
            final History history,
            final Journal journal,
            final AppendInbox inbox,
            final ServerEvents events,
            final Executor thread,
            final boolean durable) {
        this.history = history;
        this.journal = journal;
        this.inbox = inbox;
        this.events = events;
        this.thread = thread;
        this.durable = durable;
    }

    /** Who gave a command. Told once. Thread: the one that gave it. */
    public interface Asker {
        /** It is done. */
        void onDone(Reply reply);

        /**
         * It is not done, and nothing has changed; or, with a 500, nobody can say what it came to.
         */
        void onRefused(Problem problem);
    }

    /** Does a command. Thread: the one of this object. */
    public void run(final Command command, final Asker asker) {
        new CommandRun(this, command, asker).ask();
    }

    /**
     * Does several that do not wait for each other. Thread: the one of this object.
     *
     * @param together at most {@link #TOGETHER_MAX}.
     * @param whenOver run once, when the last of them is done or refused.
     */
    public void runAll(final List<Command> together, final Runnable whenOver) {
        if (together.isEmpty()) {
            whenOver.run();
            return;
        }
        final Asker counting =
                new Asker() {
                    private int leftCount = together.size();

                    @Override
                    public void onDone(final Reply reply) {
                        over();
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        over();
                    }

                    private void over() {
                        leftCount--;
                        if (leftCount == 0) {
                            whenOver.run();
                        }
                    }
                };
        together.forEach(command -> run(command, counting));
    }

    History history() {
        return history;
    }

    Journal journal() {
        return journal;
    }

    AppendInbox inbox() {
        return inbox;
    }

    ServerEvents events() {
        return events;
    }

    Executor thread() {
        return thread;
    }

    boolean isDurable() {
        return durable;
    }
}

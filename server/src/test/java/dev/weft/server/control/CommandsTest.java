package dev.weft.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.Problem;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.sequencer.Precondition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands driven by hand: query thread, sequencer and asker take turns as the test says. */
class CommandsTest {
    private static final String TYPE = "test.taken";

    private final HandDriven core = new HandDriven(64);
    private final MemoryJournal journal = core.journal();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> answers = new ArrayList<>();
    private final Commands commands =
            new Commands(core.history(), journal, core.inbox(), core.events(), tasks::add, false);
    private int decisions;

    @AfterEach
    void close() {
        core.close();
    }

    /** What only one may take. */
    private Decision take(final EventIndex asked, final long head) {
        decisions++;
        if (asked.select(EventQuery.ALL.where(IndexField.TYPE, TYPE)).count() > 0) {
            throw new ProblemException(new Problem(409, "it is taken"));
        }
        return Decision.append(
                List.of(new EventBuilder(TYPE).category("system").subject("thing/1")),
                Precondition.change("thing/1", head),
                appended -> new Reply(201, "seq " + appended.firstSequence()));
    }

    private void run(final String name, final Command command) {
        commands.run(
                command,
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        answers.add(name + ' ' + reply.status() + ' ' + reply.json());
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        answers.add(name + ' ' + problem.status() + ' ' + problem.detail());
                    }
                });
    }

    private void decide() {
        core.query();
    }

    private void handOver() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private void finish() {
        for (int i = 0; i < 100; i++) {
            decide();
            handOver();
            core.sequence();
        }
    }

    @Test
    void shouldAppendWhatIsDecidedAndReplyWhenItIsThere() {
        run("a", this::take);
        decide();
        handOver();
        assertThat(answers).as("not appended yet").isEmpty();
        finish();
        assertThat(answers).containsExactly("a 201 seq 1");
        assertThat(journal.appendedSequence()).isEqualTo(1);
    }

    @Test
    void shouldDoOneOfTwoThatWereDecidedByTheSame() {
        run("a", this::take);
        run("b", this::take);
        decide();
        assertThat(decisions).as("both decided before either was appended").isEqualTo(2);
        finish();
        assertThat(answers).containsExactly("a 201 seq 1", "b 409 it is taken");
        assertThat(decisions).isEqualTo(3);
        assertThat(journal.appendedSequence()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpWhenOthersAreAlwaysFaster() {
        final Command late =
                (asked, head) -> {
                    decisions++;
                    return Decision.append(
                            List.of(new EventBuilder(TYPE)),
                            Precondition.change("thing/1", 0),
                            appended -> new Reply(200, null));
                };
        run("a", this::take);
        finish();
        decisions = 0;
        run("late", late);
        finish();
        assertThat(answers).hasSize(2).last().asString().startsWith("late 503 others change this");
        assertThat(decisions).isEqualTo(Commands.DECISIONS_MAX);
    }

    @Test
    void shouldAppendNothingWhenThereIsNothingToDo() {
        run("a", (asked, head) -> Decision.reply(new Reply(200, "as it is")));
        finish();
        assertThat(answers).containsExactly("a 200 as it is");
        assertThat(journal.appendedSequence()).isZero();
    }

    @Test
    void shouldBeAskedAgainWhenItNeedsMoreThanATurn() {
        run("a", (asked, head) -> ++decisions < 3 ? null : Decision.reply(new Reply(200, "done")));
        finish();
        assertThat(answers).containsExactly("a 200 done");
        assertThat(decisions).isEqualTo(3);
    }

    @Test
    void shouldSayThatItIsDoneWhenItsReplyCannotBeMade() {
        final Command broken =
                (asked, head) ->
                        Decision.append(
                                List.of(new EventBuilder(TYPE).category("system")),
                                Precondition.change("thing/1", head),
                                appended -> {
                                    throw new IllegalStateException("on purpose");
                                });
        run("a", broken);
        finish();
        run(
                "b",
                (asked, head) ->
                        new Decision(
                                List.of(),
                                null,
                                appended -> {
                                    throw new IllegalStateException("on purpose");
                                }));
        finish();
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).startsWith("a 500 it is done, but");
        assertThat(answers.get(1)).startsWith("b 500 it is done, but");
        assertThat(journal.appendedSequence()).isEqualTo(1);
    }

    @Test
    void shouldSayWhyNothingWasAppended() {
        journal.state(Journal.State.DISK_FULL);
        run("full", this::take);
        finish();
        journal.state(Journal.State.WRITABLE);
        run(
                "bad",
                (asked, head) ->
                        new Decision(
                                List.of(new EventBuilder("t").data("{nonsense")),
                                null,
                                appended -> new Reply(200, null)));
        finish();
        core.inbox().close();
        run("closed", this::take);
        finish();
        assertThat(answers).hasSize(3);
        assertThat(answers.get(0)).startsWith("full 507 ");
        assertThat(answers.get(1)).startsWith("bad 400 ");
        assertThat(answers.get(2)).startsWith("closed 503 too many publishes");
        assertThat(journal.appendedSequence()).isZero();
    }
}

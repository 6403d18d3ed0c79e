package dev.weft.server.sequencer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.harness.Allocation;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.ring.RingReader;
import dev.weft.server.sequencer.PendingAppend.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequencerTest {
    private static final long TIME = 1_763_631_234_567_890L;

    private final List<String> signals = new ArrayList<>();
    private final MemoryJournal journal = new MemoryJournal();
    private final BlockRing ring = new BlockRing(1 << 24, 1);
    private final RingReader reader = ring.newReader();
    private final ForceAgent forcing = new ForceAgent(4, journal, SequencerCounters.NONE);
    private final DuplicateWindow window = new DuplicateWindow(7);
    private long clockUs = TIME;
    private final LocalInbox inbox =
            new LocalInbox(2_048, () -> signals.add("sequencer"), () -> clockUs);
    private final Sequencer sequencer =
            new Sequencer(
                    inbox,
                    journal,
                    ring,
                    window,
                    forcing,
                    new Sequencer.Signals(
                            () -> signals.add("self"),
                            () -> signals.add("fanout"),
                            () -> signals.add("house"),
                            () -> signals.add("force")),
                    SequencerCounters.NONE);

    @Test
    void shouldAppendOneBlockPerDutyCycleAndShowItToTheFanout() {
        final Publish first = publish(Publish.journaled().event("a", "1"));
        final Publish second = publish(Publish.journaled().event("b", "2").event("c", "3"));
        assertThat(sequencer.doWork()).isEqualTo(3);
        assertThat(first.outcome()).isEqualTo(Status.APPENDED);
        assertThat(first.pending().firstSequence()).isEqualTo(1);
        assertThat(second.pending().firstSequence()).isEqualTo(2);
        assertThat(second.pending().lastSequence()).isEqualTo(3);
        assertThat(second.pending().timestamp()).isEqualTo(TIME + 1);
        assertThat(signals).containsExactly("sequencer", "sequencer", "fanout");
        final BlockFlyweight view = new BlockFlyweight();
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        assertThat(view.count()).isEqualTo(3);
        assertThat(text(view))
                .isEqualTo(
                        frame(1, "made-1", TIME, "a", "1")
                                + frame(2, "made-1", TIME + 1, "b", "2")
                                + frame(3, "made-2", TIME + 2, "c", "3"));
        assertThat(frames()).isEqualTo(text(view));
        assertThat(sequencer.doWork()).isZero();
    }

    @Test
    void shouldWakeWhomTheJournalNeedsAfterAnAppend() {
        publish(Publish.journaled().event("a", "1"));
        journal.needsHousekeeping(true);
        sequencer.doWork();
        assertThat(signals).as("before a batch has to wait").contains("house");
        signals.clear();
        journal.needsHousekeeping(false);
        journal.finishFile();
        publish(Publish.journaled().event("a", "1"));
        sequencer.doWork();
        assertThat(signals).contains("force").doesNotContain("house");
        assertThat(forcing.doWork()).as("without a durable publish").isEqualTo(1);
        assertThat(journal.hasFinishedFiles()).isFalse();
    }

    @Test
    void shouldWriteTheRightNumbersWhenOneGetsADigitMore() {
        clockUs = TIME - TIME % 1_000 + 950;
        final Publish many = Publish.journaled();
        final StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 120; i++) {
            many.event("a", "1");
            expected.append(frame(i, "made-" + i, clockUs + i - 1, "a", "1"));
        }
        publishAndRun(many);
        assertThat(frames()).isEqualTo(expected.toString());
    }

    @Test
    void shouldKeepTimeRisingWhenTheClockStandsStillOrGoesBack() {
        publishAndRun(Publish.journaled().event("a", "1").event("a", "2"));
        final Publish still = publishAndRun(Publish.journaled().event("a", "3"));
        clockUs = TIME - 172_800_000_000L;
        final Publish back = publishAndRun(Publish.journaled().event("a", "4"));
        clockUs = TIME + 1_000;
        final Publish later = publishAndRun(Publish.journaled().event("a", "5"));
        assertThat(still.pending().timestamp()).isEqualTo(TIME + 2);
        assertThat(back.pending().timestamp()).isEqualTo(TIME + 3);
        assertThat(later.pending().timestamp()).isEqualTo(TIME + 1_000);
    }

    @Test
    void shouldAnswerARepeatedIdWithItsFirstSequence() {
        publishAndRun(Publish.journaled().event("x", "a", "1").event("y", "a", "2"));
        final Publish repeat = publish(Publish.journaled().event("y", "a", "9"));
        final Publish mixed =
                publish(
                        Publish.journaled()
                                .event("x", "a", "9")
                                .event("z", "a", "3")
                                .event("z", "a", "9")
                                .event("a", "4"));
        final Publish other = publish(Publish.journaled().event("z", "a", "9"));
        sequencer.doWork();
        assertThat(repeat.outcome()).isEqualTo(Status.APPENDED);
        assertThat(repeat.pending().sequence(0)).isEqualTo(2);
        assertThat(repeat.pending().duplicateCount()).isEqualTo(1);
        assertThat(repeat.pending().firstSequence()).isZero();
        assertThat(mixed.pending().sequence(0)).isEqualTo(1);
        assertThat(mixed.pending().sequence(1)).isEqualTo(3);
        assertThat(mixed.pending().sequence(2)).isEqualTo(3);
        assertThat(mixed.pending().sequence(3)).isEqualTo(4);
        assertThat(mixed.pending().firstSequence()).isEqualTo(3);
        assertThat(mixed.pending().lastSequence()).isEqualTo(4);
        assertThat(mixed.pending().duplicateCount()).isEqualTo(2);
        assertThat(other.pending().sequence(0)).isEqualTo(3);
        assertThat(journal.appendedSequence()).isEqualTo(4);
        assertThat(frames()).doesNotContain("\"data\":9");
    }

    @Test
    void shouldAppendNoBlockWhenEverythingWasThereAlready() {
        publishAndRun(Publish.journaled().event("x", "a", "1"));
        signals.clear();
        final Publish repeat = publishAndRun(Publish.journaled().event("x", "a", "1"));
        assertThat(repeat.outcome()).isEqualTo(Status.APPENDED);
        assertThat(signals).doesNotContain("fanout");
        assertThat(journal.appendedSequence()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheBatchWhileTheJournalIsNotReady() {
        journal.backPressured(true);
        final Publish first = publish(Publish.journaled().event("x", "a", "1"));
        assertThat(sequencer.doWork()).isZero();
        final Publish second = publish(Publish.journaled().event("y", "a", "2"));
        assertThat(sequencer.doWork()).isZero();
        assertThat(first.outcome()).isEqualTo(Status.PENDING);
        assertThat(sequencer.isIdle()).isFalse();
        assertThat(signals).contains("house");
        journal.backPressured(false);
        sequencer.doWork();
        assertThat(signals).last().isEqualTo("self");
        sequencer.doWork();
        assertThat(first.pending().sequence(0)).isEqualTo(1);
        assertThat(second.pending().sequence(0)).isEqualTo(2);
        assertThat(second.pending().duplicateCount()).isZero();
    }

    @Test
    void shouldRefuseWhileTheDiskIsFullAndGoOnWhenItIsNot() {
        journal.state(Journal.State.DISK_FULL);
        final Publish refused = publishAndRun(Publish.journaled().event("x", "a", "1"));
        assertThat(refused.outcome()).isEqualTo(Status.DISK_FULL);
        journal.state(Journal.State.WRITABLE);
        final Publish again = publishAndRun(Publish.journaled().event("x", "a", "1"));
        assertThat(again.outcome()).isEqualTo(Status.APPENDED);
        assertThat(again.pending().duplicateCount()).as("it was never appended").isZero();
        assertThat(again.pending().firstSequence()).isEqualTo(1);
    }

    @Test
    void shouldAnswerARepeatedIdAlsoWhileTheDiskIsFull() {
        publishAndRun(Publish.journaled().event("x", "a", "1").event("y", "a", "2"));
        journal.state(Journal.State.DISK_FULL);
        final Publish repeat = publish(Publish.journaled().event("y", "a", "9"));
        final Publish partly =
                publish(Publish.journaled().event("x", "a", "9").event("z", "a", "3"));
        final Publish nameless = publish(Publish.journaled().event("a", "4"));
        final Publish durable = publish(Publish.durable().event("x", "a", "9"));
        sequencer.doWork();
        assertThat(repeat.outcome()).isEqualTo(Status.APPENDED);
        assertThat(repeat.pending().sequence(0)).isEqualTo(2);
        assertThat(repeat.pending().duplicateCount()).isEqualTo(1);
        assertThat(repeat.pending().firstSequence()).isZero();
        assertThat(partly.outcome()).isEqualTo(Status.DISK_FULL);
        assertThat(nameless.outcome()).isEqualTo(Status.DISK_FULL);
        assertThat(durable.outcome()).as("not before it is forced").isEqualTo(Status.PENDING);
        forcing.doWork();
        assertThat(durable.outcome()).isEqualTo(Status.APPENDED);
        assertThat(journal.appendedSequence()).isEqualTo(2);
    }

    @Test
    void shouldAppendNothingOfASeriesBehindWhatWasRefused() {
        final AppendSeries series = new AppendSeries();
        final Publish first = publishAndRun(part(series, "1"));
        journal.state(Journal.State.DISK_FULL);
        final Publish refused = publishAndRun(part(series, "2"));
        journal.state(Journal.State.WRITABLE);
        final Publish behind = publish(part(series, "3"));
        final Publish other = publish(Publish.journaled().event("a", "4"));
        final Publish last = publish(part(series, "5"));
        sequencer.doWork();
        assertThat(first.outcome()).isEqualTo(Status.APPENDED);
        assertThat(refused.outcome()).isEqualTo(Status.DISK_FULL);
        assertThat(behind.outcome()).isEqualTo(Status.SERIES_BROKEN);
        assertThat(other.outcome()).isEqualTo(Status.APPENDED);
        assertThat(last.outcome()).isEqualTo(Status.SERIES_BROKEN);
        assertThat(journal.appendedSequence()).isEqualTo(2);
    }

    @Test
    void shouldAppendOneOfTwoChangesThatLookedAtTheSame() {
        final Publish first = publish(guarded(Precondition.change("session/a", 0)));
        final Publish second = publish(guarded(Precondition.change("session/a", 0)));
        final Publish other = publish(guarded(Precondition.change("session/b", 0)));
        sequencer.doWork();
        final Publish later = publishAndRun(guarded(Precondition.change("session/a", 0)));
        final Publish knowing = publishAndRun(guarded(Precondition.change("session/a", 1)));
        assertThat(first.outcome()).isEqualTo(Status.APPENDED);
        assertThat(second.outcome()).as("in the same batch").isEqualTo(Status.CONFLICT);
        assertThat(other.outcome()).isEqualTo(Status.APPENDED);
        assertThat(other.pending().firstSequence()).isEqualTo(2);
        assertThat(later.outcome()).as("in a later batch").isEqualTo(Status.CONFLICT);
        assertThat(knowing.outcome()).isEqualTo(Status.APPENDED);
        assertThat(knowing.pending().firstSequence()).isEqualTo(3);
        assertThat(journal.appendedSequence()).isEqualTo(3);
    }

    @Test
    void shouldAppendNothingWhenAWholeBatchIsInConflict() {
        publishAndRun(guarded(Precondition.change("session/a", 0)));
        signals.clear();
        final Publish late = publishAndRun(guarded(Precondition.change("session/a", 0)));
        assertThat(late.outcome()).isEqualTo(Status.CONFLICT);
        assertThat(late.pending().firstSequence()).isZero();
        assertThat(signals).doesNotContain("fanout");
        assertThat(journal.appendedSequence()).isEqualTo(1);
    }

    /** Such as requests for runs of a session, which do not mind each other but mind its end. */
    @Test
    void shouldLetSharedChangesPassEachOtherButNotWhoChecksThem() {
        final Publish one = publish(guarded(Precondition.shareUnder("session/a", "runs/a", 0)));
        final Publish two = publish(guarded(Precondition.shareUnder("session/a", "runs/a", 0)));
        final Publish blind = publish(guarded(Precondition.changeUnder("runs/a", "session/a", 1)));
        final Publish seeing = publish(guarded(Precondition.changeUnder("runs/a", "session/a", 2)));
        final Publish late = publish(guarded(Precondition.shareUnder("session/a", "runs/a", 2)));
        sequencer.doWork();
        assertThat(one.outcome()).isEqualTo(Status.APPENDED);
        assertThat(two.outcome()).isEqualTo(Status.APPENDED);
        assertThat(blind.outcome()).as("has not seen the second").isEqualTo(Status.CONFLICT);
        assertThat(seeing.outcome()).isEqualTo(Status.APPENDED);
        assertThat(late.outcome()).as("it has ended").isEqualTo(Status.CONFLICT);
    }

    @Test
    void shouldLetAppendsPassThatChangeNothingUntilSomethingChanges() {
        final Publish one = publish(guarded(Precondition.unchanged("session/a", 0)));
        final Publish two = publish(guarded(Precondition.unchanged("session/a", 0)));
        final Publish change = publish(guarded(Precondition.change("session/a", 0)));
        final Publish late = publish(guarded(Precondition.unchanged("session/a", 0)));
        final Publish lateUnder =
                publish(guarded(Precondition.changeUnder("session/a", "order/a", 0)));
        sequencer.doWork();
        assertThat(one.outcome()).isEqualTo(Status.APPENDED);
        assertThat(two.outcome()).isEqualTo(Status.APPENDED);
        assertThat(change.outcome()).isEqualTo(Status.APPENDED);
        assertThat(late.outcome()).isEqualTo(Status.CONFLICT);
        assertThat(lateUnder.outcome()).isEqualTo(Status.CONFLICT);
        final Publish under =
                publishAndRun(guarded(Precondition.changeUnder("session/a", "order/a", 3)));
        assertThat(under.outcome()).isEqualTo(Status.APPENDED);
        final Publish stillUnchanged =
                publishAndRun(guarded(Precondition.unchanged("session/a", 3)));
        assertThat(stillUnchanged.outcome()).isEqualTo(Status.APPENDED);
        final Publish lateOrder = publishAndRun(guarded(Precondition.change("order/a", 3)));
        assertThat(lateOrder.outcome()).isEqualTo(Status.CONFLICT);
    }

    @Test
    void shouldRefuseOnceTooOftenButNeverTooRarelyWhenTwoKeysShareASlot() {
        final String key = "session/a";
        String twin = "session/0";
        for (int i = 1; Precondition.slot(twin) != Precondition.slot(key); i++) {
            twin = "session/" + i;
        }
        final Publish first = publish(guarded(Precondition.change(key, 0)));
        final Publish second = publish(guarded(Precondition.change(twin, 0)));
        sequencer.doWork();
        final Publish again = publishAndRun(guarded(Precondition.change(twin, 1)));
        assertThat(first.outcome()).isEqualTo(Status.APPENDED);
        assertThat(second.outcome()).isEqualTo(Status.CONFLICT);
        assertThat(again.outcome()).isEqualTo(Status.APPENDED);
    }

    @Test
    void shouldLeaveAKeyUnchangedByWhatWasThereAlready() {
        publishAndRun(Publish.journaled().event("x", "a", "1"));
        final Publish repeat = Publish.journaled().event("x", "a", "2");
        repeat.pending().precondition(Precondition.change("session/a", 1));
        publishAndRun(repeat);
        assertThat(repeat.outcome()).isEqualTo(Status.APPENDED);
        assertThat(repeat.pending().duplicateCount()).isEqualTo(1);
        final Publish change = publishAndRun(guarded(Precondition.change("session/a", 0)));
        assertThat(change.outcome()).isEqualTo(Status.APPENDED);
        final Publish late = Publish.journaled().event("y", "a", "3");
        late.pending().precondition(Precondition.change("session/a", 1));
        publishAndRun(late);
        assertThat(late.outcome()).isEqualTo(Status.CONFLICT);
        final Publish plain = publishAndRun(Publish.journaled().event("y", "a", "3"));
        assertThat(plain.pending().duplicateCount()).as("it was never appended").isZero();
    }

    @Test
    void shouldAppendNothingOfASeriesBehindAConflict() {
        publishAndRun(guarded(Precondition.change("session/a", 0)));
        final AppendSeries series = new AppendSeries();
        final Publish first = part(series, "1");
        first.pending().precondition(Precondition.change("session/a", 0));
        publish(first);
        final Publish behind = publish(part(series, "2"));
        final Publish other = publish(Publish.journaled().event("a", "3"));
        sequencer.doWork();
        final Publish last = publishAndRun(part(series, "4"));
        assertThat(first.outcome()).isEqualTo(Status.CONFLICT);
        assertThat(behind.outcome()).as("in the same batch").isEqualTo(Status.SERIES_BROKEN);
        assertThat(other.outcome()).isEqualTo(Status.APPENDED);
        assertThat(last.outcome()).isEqualTo(Status.SERIES_BROKEN);
        assertThat(journal.appendedSequence()).isEqualTo(2);
    }

    @Test
    void shouldChangeNothingWhileTheDiskIsFull() {
        publishAndRun(guarded(Precondition.change("session/a", 0)));
        journal.state(Journal.State.DISK_FULL);
        final Publish refused = publishAndRun(guarded(Precondition.change("session/a", 1)));
        final Publish late = publishAndRun(guarded(Precondition.change("session/a", 0)));
        assertThat(refused.outcome()).isEqualTo(Status.DISK_FULL);
        assertThat(late.outcome()).as("as it would be with space").isEqualTo(Status.CONFLICT);
        journal.state(Journal.State.WRITABLE);
        final Publish again = publishAndRun(guarded(Precondition.change("session/a", 1)));
        assertThat(again.outcome()).isEqualTo(Status.APPENDED);
    }

    @Test
    void shouldTakeChangesBackThatTheJournalDidNotTake() {
        publishAndRun(guarded(Precondition.change("session/a", 0)));
        journal.appendFails(true);
        final Publish failed = publish(guarded(Precondition.change("session/a", 1)));
        final Publish behind = publish(guarded(Precondition.change("session/a", 2)));
        sequencer.doWork();
        assertThat(failed.outcome()).isEqualTo(Status.FAILED);
        assertThat(behind.outcome()).isEqualTo(Status.FAILED);
        journal.appendFails(false);
        journal.state(Journal.State.WRITABLE);
        final Publish again = publishAndRun(guarded(Precondition.change("session/a", 1)));
        assertThat(again.outcome()).isEqualTo(Status.APPENDED);
    }

    @Test
    void shouldAllocateNothingForAPrecondition() {
        final PendingAppend reused = new PendingAppend(completed -> {});
        final Precondition holds = Precondition.change("session/a", Long.MAX_VALUE);
        final Precondition conflicts = Precondition.changeUnder("session/a", "order/a", 0);
        final Preconditions preconditions = new Preconditions();
        preconditions.note(guarded(holds).pending(), 1);
        Allocation.awaitNone(
                1_000,
                3,
                () -> {
                    final long before = Allocation.bytes();
                    reused.reset(false);
                    reused.precondition(holds);
                    final boolean isHeld = preconditions.holds(holds);
                    preconditions.note(reused, 2);
                    preconditions.takeBack(reused);
                    final boolean isConflict = !preconditions.holds(conflicts);
                    final long bytes = Allocation.bytes() - before;
                    assertThat(isHeld && isConflict).isTrue();
                    return bytes;
                });
    }

    private static Publish guarded(final Precondition precondition) {
        final Publish publish = Publish.journaled().event("session.test", "1");
        publish.pending().precondition(precondition);
        return publish;
    }

    private static Publish part(final AppendSeries series, final String data) {
        final Publish part = Publish.journaled().event("a", data);
        part.pending().series(series);
        return part;
    }

    @Test
    void shouldForgetTheIdsOfABlockThatTheJournalDidNotTake() {
        journal.appendFails(true);
        final Publish publish = publishAndRun(Publish.journaled().event("x", "a", "1"));
        assertThat(publish.outcome()).isEqualTo(Status.FAILED);
        assertThat(window.size()).isZero();
        assertThat(ring.lastSequence()).isZero();
    }

    @Test
    void shouldAnswerADurablePublishOnlyWhenItIsForced() {
        final Publish durable = publishAndRun(Publish.durable().event("x", "a", "1"));
        final Publish repeat = publishAndRun(Publish.durable().event("x", "a", "1"));
        assertThat(durable.outcome()).isEqualTo(Status.PENDING);
        assertThat(repeat.outcome()).isEqualTo(Status.PENDING);
        assertThat(signals).contains("force");
        assertThat(forcing.doWork()).isEqualTo(2);
        assertThat(journal.forceCount()).as("one force for all").isEqualTo(1);
        assertThat(durable.outcome()).isEqualTo(Status.APPENDED);
        assertThat(repeat.outcome()).isEqualTo(Status.APPENDED);
    }

    @Test
    void shouldNotCallDurableWhatCouldNotBeForced() {
        final Publish durable = publishAndRun(Publish.durable().event("a", "1"));
        journal.forceFails(true);
        assertThatThrownBy(forcing::doWork).hasMessageContaining("the device refused");
        assertThat(durable.outcome()).isEqualTo(Status.NOT_DURABLE);
        journal.forceFails(false);
        journal.state(Journal.State.WRITABLE);
        final Publish later = publishAndRun(Publish.durable().event("a", "2"));
        forcing.doWork();
        assertThat(later.outcome()).as("a failed force is final").isEqualTo(Status.NOT_DURABLE);
    }

    @Test
    void shouldTellWhenNobodyWillForce() {
        final List<Publish> publishes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            publishes.add(publish(Publish.durable().event("a", "1")));
        }
        sequencer.doWork();
        assertThat(publishes.get(4).outcome()).isEqualTo(Status.NOT_DURABLE);
        assertThat(publishes.get(3).outcome()).isEqualTo(Status.PENDING);
    }

    @Test
    void shouldBoundADutyCycleAndAskForAnother() {
        final String data = '"' + "d".repeat(100_000) + '"';
        for (int i = 0; i < 5; i++) {
            publish(Publish.journaled().event("a", data));
        }
        assertThat(sequencer.doWork()).isEqualTo(2);
        assertThat(signals).last().isEqualTo("self");
        assertThat(sequencer.doWork()).isEqualTo(2);
        assertThat(sequencer.doWork()).isEqualTo(1);
        assertThat(signals).last().isEqualTo("fanout");
    }

    @Test
    void shouldTakeAnOversizedPublishAlone() {
        publish(Publish.journaled().event("a", "1"));
        final Publish large = Publish.journaled();
        final String data = '"' + "d".repeat(4_000) + '"';
        for (int i = 0; i < 1_000; i++) {
            large.event("a", data);
        }
        publish(large);
        publish(Publish.journaled().event("a", "1"));
        assertThat(sequencer.doWork()).isEqualTo(1);
        assertThat(sequencer.doWork()).isEqualTo(1_000);
        assertThat(sequencer.doWork()).isEqualTo(1);
        assertThat(large.pending().lastSequence()).isEqualTo(1_001);
    }

    @Test
    void shouldRefuseWhenTheInboxIsFullOrClosed() {
        for (int i = 0; i < 2_048; i++) {
            publish(Publish.journaled().event("a", "1"));
        }
        assertThat(inbox.offer(Publish.journaled().event("a", "1").pending())).isFalse();
        sequencer.doWork();
        inbox.close();
        assertThat(inbox.offer(Publish.journaled().event("a", "1").pending())).isFalse();
        while (sequencer.doWork() > 0) {}
        assertThat(journal.appendedSequence()).as("what was accepted").isEqualTo(2_048);
    }

    @Test
    void shouldKnowItsDuplicatesAfterARestart() {
        for (int i = 0; i < 3_000; i++) {
            publish(Publish.journaled().event("id-" + i, "a", "1").event("a", "2"));
            if (i % 100 == 99) {
                while (sequencer.doWork() > 0) {}
            }
        }
        final DuplicateWindow all = new DuplicateWindow(9);
        DuplicateScan.fill(all, journal.restarted());
        assertThat(all.size()).isEqualTo(3_000);
        final Publish repeat = Publish.journaled().event("id-17", "a", "1");
        assertThat(
                        all.putIfAbsent(
                                repeat.pending().buffer(), idAt(repeat), "id-17".length(), 6_001))
                .isEqualTo(35);

        final DuplicateWindow some = new DuplicateWindow(9);
        new DuplicateScan(journal, some, 100_000).run();
        assertThat(some.size()).as("as far as the bytes go").isBetween(100, 500);
        assertThat(
                        some.putIfAbsent(
                                repeat.pending().buffer(), idAt(repeat), "id-17".length(), 6_001))
                .isZero();
    }

    @Test
    void shouldBoundTheBytesOfTheDuplicateScanWhenTheNewestEventsAreSmall() {
        for (int i = 0; i < 40; i++) {
            publish(Publish.journaled().event("large-" + i, "a", "\"" + "x".repeat(50_000) + "\""));
            while (sequencer.doWork() > 0) {}
        }
        for (int i = 0; i < 10; i++) {
            publish(Publish.journaled().event("small-" + i, "a", "1"));
            while (sequencer.doWork() > 0) {}
        }
        final DuplicateWindow some = new DuplicateWindow(9);
        new DuplicateScan(journal, some, 200_000).run();
        assertThat(some.size()).isBetween(10, 14);
    }

    private static int idAt(final Publish publish) {
        return RecordDescriptor.LENGTH
                + publish.pending().buffer().getShort(RecordDescriptor.ID_OFFSET, LITTLE_ENDIAN);
    }

    private Publish publish(final Publish publish) {
        assertThat(inbox.offer(publish.pending())).isTrue();
        return publish;
    }

    private Publish publishAndRun(final Publish publish) {
        publish(publish);
        sequencer.doWork();
        return publish;
    }

    private String frames() {
        final StringBuilder all = new StringBuilder();
        final BlockFlyweight view = new BlockFlyweight();
        final JournalReader read = journal.newReader();
        while (read.next(view) == JournalReader.BLOCK) {
            all.append(text(view));
        }
        return all.toString();
    }

    private static String text(final BlockFlyweight view) {
        final byte[] bytes = new byte[view.length() - view.framesOffset()];
        view.buffer().getBytes(view.framesOffset(), bytes);
        return new String(bytes, UTF_8);
    }

    private static String frame(
            final long sequence,
            final String id,
            final long time,
            final String type,
            final String data) {
        return "id: %d\ndata: {\"seq\":%d,\"event\":{\"id\":\"%s\",\"ts\":%d,\"type\":\"%s\",\"category\":\"system\",\"data\":%s}}\n\n"
                .formatted(sequence, sequence, id, time, type, data);
    }
}

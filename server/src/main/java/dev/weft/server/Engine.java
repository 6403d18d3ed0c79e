package dev.weft.server;

import dev.weft.server.config.WeftConfig;
import dev.weft.server.journal.Journal;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import dev.weft.server.runtime.HouseAgent;
import dev.weft.server.runtime.LoopDuty;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.DuplicateScan;
import dev.weft.server.sequencer.DuplicateWindow;
import dev.weft.server.sequencer.ForceAgent;
import dev.weft.server.sequencer.LocalInbox;
import dev.weft.server.sequencer.PlausibleClock;
import dev.weft.server.sequencer.Sequencer;
import dev.weft.server.sequencer.SequencerCounters;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the publishes and the streams, with its threads: sequencer, ring, forcing and
 * house-keeping. In mode shared the sequencer is an agent for loop 0, see {@link #loopAgent}; in
 * mode dedicated it has a thread here.
 */
final class Engine implements AutoCloseable {
    private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);

    private final BlockRing ring;
    private final LocalInbox inbox;
    private final Sequencer sequencer;
    private final ForceAgent forcing;
    private final HouseAgent house;
    private final AgentThread houseThread;
    private final AgentThread forceThread;
    private final @Nullable AgentThread sequencerThread; // null in mode shared

    /**
     * Makes it, without starting a thread.
     *
     * @param duties one for each I/O loop.
     * @param wallUs wall clock in microseconds since the epoch.
     */
    Engine(
            final WeftConfig.Threads threads,
            final Journal journal,
            final List<LoopDuty> duties,
            final LongSupplier wallUs,
            final SequencerCounters counters,
            final AgentErrors errors) {
        ring = new BlockRing(threads.ringCapacity(), journal.nextSequence());
        if (ring.blockLengthMax() < Sequencer.BLOCK_LENGTH_BOUND) {
            throw new IllegalArgumentException(
                    "ring too small for the longest block: capacity="
                            + threads.ringCapacity()
                            + " block="
                            + Sequencer.BLOCK_LENGTH_BOUND);
        }
        final DuplicateWindow window = new DuplicateWindow(new SecureRandom().nextLong());
        DuplicateScan.fill(window, journal);

        sequencerThread =
                threads.shared()
                        ? null
                        : new AgentThread(
                                "weft-seq",
                                threads.sequencerBusy()
                                        ? AgentThread.Idle.BUSY
                                        : AgentThread.Idle.PARK,
                                () -> PARK_NS,
                                errors);
        final Signal sequencerSignal = sequencerThread == null ? duties.get(0) : sequencerThread;
        inbox =
                new LocalInbox(
                        threads.inboxCapacity(),
                        sequencerSignal,
                        new PlausibleClock(wallUs, System::nanoTime));
        forceThread = new AgentThread("weft-force", AgentThread.Idle.PARK, () -> PARK_NS, errors);
        forcing = new ForceAgent(threads.durableCapacity(), journal, counters);
        houseThread =
                new AgentThread("weft-house", AgentThread.Idle.PARK, this::houseParkNs, errors);
        house = new HouseAgent(journal, sequencerSignal, houseThread);
        sequencer =
                new Sequencer(
                        inbox,
                        journal,
                        ring,
                        window,
                        forcing,
                        new Sequencer.Signals(
                                sequencerSignal,
                                fanoutSignal(threads.shared(), duties),
                                house::ask,
                                forceThread),
                        counters);
    }

    /** In mode shared loop 0 needs no signal: its fan-out runs right behind the sequencer. */
    private static Signal fanoutSignal(final boolean shared, final List<LoopDuty> duties) {
        final LoopDuty[] others =
                duties.subList(shared ? 1 : 0, duties.size()).toArray(new LoopDuty[0]);
        return () -> {
            for (final LoopDuty duty : others) {
                duty.signal();
            }
        };
    }

    private long houseParkNs() {
        return house.parkNs();
    }

    long durableWaiting() {
        return forcing.waitingCount();
    }

    BlockRing ring() {
        return ring;
    }

    LocalInbox inbox() {
        return inbox;
    }

    /** What loop 0 has to run before everything else, null in mode dedicated. */
    @Nullable Agent loopAgent() {
        return sequencerThread == null ? sequencer : null;
    }

    void start() {
        houseThread.start(house);
        forceThread.start(forcing);
        if (sequencerThread != null) {
            sequencerThread.start(sequencer);
        }
    }

    /** Ends the threads. What still waits for the sequencer stays without an answer. */
    @Override
    public void close() {
        inbox.close();
        if (sequencerThread != null) {
            sequencerThread.close();
        }
        forceThread.close();
        houseThread.close();
    }
}

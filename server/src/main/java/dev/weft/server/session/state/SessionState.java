package dev.weft.server.session.state;

import org.jspecify.annotations.Nullable;

/**
 * One session in the table: what decisions need, some 300 bytes. What callers wrote into it stays
 * in the journal, see {@link SessionImages}. Thread: query.
 */
public final class SessionState {
    private final String id;
    private final String driver;
    private final long createdSequence;
    private long anchorSequence;
    private Phase phase = Phase.PENDING;
    private long startSequence;
    private long runsAfterSequence;
    private long endSequence;
    private @Nullable String worker;
    private @Nullable String leaseId;
    private long leaseUntilNs;
    private int lossCount;

    SessionState(final String id, final String driver, final long createdSequence) {
        this.id = id;
        this.driver = driver;
        this.createdSequence = createdSequence;
        anchorSequence = createdSequence;
        startSequence = createdSequence;
        runsAfterSequence = createdSequence;
    }

    /** One of which only what was carried is known. */
    SessionState(final String id, final String driver, final CarriedSession carried) {
        this(id, driver, carried.createdSequence());
        phase = carried.phase();
        startSequence = carried.startSequence();
        runsAfterSequence = carried.runsAfterSequence();
        lossCount = carried.lossCount();
    }

    void anchor(final long sequence) {
        anchorSequence = sequence;
    }

    void held(final String byWorker, final String lease, final long untilNs) {
        worker = byWorker;
        leaseId = lease;
        leaseUntilNs = untilNs;
    }

    void starting(final long sequence) {
        runsAfterSequence = phase == Phase.STOPPING ? runsAfterSequence : sequence;
        phase(Phase.CREATING);
        startSequence = sequence;
        endSequence = 0;
        lossCount = 0;
        letGo();
    }

    void claimed(final String byWorker, final String lease, final long untilNs) {
        phase(Phase.CREATING);
        held(byWorker, lease, untilNs);
    }

    void phase(final Phase newPhase) {
        phase = newPhase;
    }

    void leaseLost() {
        phase(Phase.CREATING);
        lossCount++;
        letGo();
    }

    /** It stopped, or ended by itself. */
    void ended(final Phase newPhase, final long sequence) {
        phase(newPhase);
        endSequence = sequence;
        letGo();
    }

    private void letGo() {
        worker = null;
        leaseId = null;
    }

    /** The worker that has it has been heard of. */
    public void heardOf(final long untilNs) {
        leaseUntilNs = untilNs;
    }

    public String id() {
        return id;
    }

    /** Who does its work, by name. */
    public String driver() {
        return driver;
    }

    public long createdSequence() {
        return createdSequence;
    }

    /** Sequence of the event that it can be made of: its creation, or what carries it since. */
    public long anchorSequence() {
        return anchorSequence;
    }

    public Phase phase() {
        return phase;
    }

    /** Sequence of the event that started it last. */
    public long startSequence() {
        return startSequence;
    }

    /**
     * Sequence behind which all runs are that may be open: it had ended, or was not there, before.
     */
    public long runsAfterSequence() {
        return runsAfterSequence;
    }

    /** Sequence of the event that ended it; 0 if it has not ended. */
    public long endSequence() {
        return endSequence;
    }

    /** Name of the worker that has it, null if none has. */
    public @Nullable String worker() {
        return worker;
    }

    /** What its worker shows for it, null if none has it. */
    public @Nullable String leaseId() {
        return leaseId;
    }

    /** When the lease is over, by the clock of the table. */
    public long leaseUntilNs() {
        return leaseUntilNs;
    }

    /** How many workers were lost since it was started. */
    public int lossCount() {
        return lossCount;
    }
}
